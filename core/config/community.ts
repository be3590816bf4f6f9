// BGP communities as texts, and the Community objects that give them names.
import type { Community as CommunityObject } from '../../schemas/generated/types.ts'
import { type Problem, problem } from '../problem.ts'
import { quote } from '../quote.ts'
import { fail, ok, type Result } from '../result.ts'
import { asFields, asList, asText } from '../shape.ts'

/** RFC 1997: 32 bits, the AS number in the upper half. */
export type Community = number

/** RFC 8092: three numbers of 32 bits. */
export interface LargeCommunity {
  readonly global: number
  readonly local1: number
  readonly local2: number
}

export type AnyCommunity =
  | { readonly type: 'plain'; readonly value: Community }
  | { readonly type: 'large'; readonly value: LargeCommunity }

export function compareLargeCommunities(a: LargeCommunity, b: LargeCommunity): number {
  return a.global - b.global || a.local1 - b.local1 || a.local2 - b.local2
}

export function formatLargeCommunity({ global, local1, local2 }: LargeCommunity): string {
  return `large:${global}:${local1}:${local2}`
}

export function formatCommunity(community: AnyCommunity): string {
  if (community.type === 'large') return formatLargeCommunity(community.value)
  return `${Math.floor(community.value / 65536)}:${community.value % 65536}`
}

/** A text that has the form of a community, right or wrong; every other one can only be a name. */
export function isLiteral(text: string): boolean {
  return text.includes(':')
}

/** Reads `65000:100` or `large:65000:1:2`. The error is the reason in words (MetalLB's phrase first), without the text itself. */
export function parseCommunity(text: string): Result<AnyCommunity, string> {
  const sections = text.split(':')
  if (sections.length === 4) {
    if (sections[0] !== 'large') return fail('expected community to be of format large: write large:65000:1:2')
    const [global, local1, local2] = sections.slice(1).map((section) => parseSection(section, 0xffff_ffff))
    if (global === undefined || local1 === undefined || local2 === undefined) {
      return fail('invalid community value: invalid section: each of the three parts is a decimal number of at most 4294967295')
    }
    return ok({ type: 'large', value: { global, local1, local2 } })
  }
  if (sections.length !== 2) return fail('invalid community value: write 65000:100, or a large one as large:65000:1:2')
  const [upper, lower] = sections.map((section) => parseSection(section, 0xffff))
  if (upper === undefined || lower === undefined) {
    return fail('invalid community value: invalid section: each of the two parts is a decimal number of at most 65535')
  }
  return ok({ type: 'plain', value: upper * 65536 + lower })
}

function parseSection(text: string, largest: number): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined
  const value = Number(text)
  return value > largest ? undefined : value
}

export type CommunityNames = ReadonlyMap<string, AnyCommunity>

export interface CompiledCommunities {
  readonly names: CommunityNames
  /** Which object defines a name, in the words of a message: `Community "a"`. */
  readonly definedIn: ReadonlyMap<string, string>
  /** By the name of the object; objects without problems have no entry. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>
}

/** All Community objects together: a name means the same everywhere. Of two definitions that differ only in place, the object that comes first by name counts. */
export function compileCommunities(objects: readonly CommunityObject[]): CompiledCommunities {
  const names = new Map<string, AnyCommunity>()
  const definedIn = new Map<string, string>()
  const problems = new Map<string, readonly Problem[]>()
  for (const object of objects.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))) {
    const compiled = compileCommunity(object, definedIn)
    for (const [name, value] of compiled.names) {
      names.set(name, value)
      definedIn.set(name, `Community "${nameOf(object)}"`)
    }
    if (compiled.problems.length > 0) problems.set(nameOf(object), compiled.problems)
  }
  return { names, definedIn, problems }
}

/**
 * What one object adds. Never throws, whatever the object holds.
 *
 * @param taken names that count already, with what defines each, in the words of a message
 */
export function compileCommunity(
  object: CommunityObject,
  taken: ReadonlyMap<string, string>,
): { readonly names: CommunityNames; readonly problems: readonly Problem[] } {
  const owner = `Community "${nameOf(object)}"`
  const names = new Map<string, AnyCommunity>()
  const problems: Problem[] = []
  for (const [index, entry] of asList(asFields(asFields(object)?.['spec'])?.['communities']).entries()) {
    const path = `spec.communities[${index}]`
    const name = asText(asFields(entry)?.['name']) ?? ''
    const text = asText(asFields(entry)?.['value']) ?? ''
    const value = parseCommunity(text)
    const earlier = names.has(name) ? 'an entry before it' : taken.get(name)
    if (isLiteral(name)) {
      const message = `name ${quote(name)} in ${owner} has a colon, so that it would be read as a value; leave the colon out`
      problems.push(problem('CommunityInvalid', `${path}.name`, message, name))
    } else if (!value.ok) {
      const message = `community ${quote(text)} of name ${quote(name)} in ${owner}: ${value.error}`
      problems.push(problem('CommunityInvalid', `${path}.value`, message, text))
    } else if (earlier !== undefined) {
      const message = `duplicate definition of community ${quote(name)} in ${owner}: ${earlier} defines it already; remove one of them`
      problems.push(problem('DuplicateEntry', `${path}.name`, message, name))
    } else names.set(name, value.value)
  }
  return { names, problems }
}

function nameOf(object: CommunityObject): string {
  return asText(asFields(asFields(object)?.['metadata'])?.['name']) ?? ''
}
