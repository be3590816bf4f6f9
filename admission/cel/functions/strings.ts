// Kubernetes' strings: cel-go's extension library of strings, by code points.
import { type Budget, CelFailure } from '../failure.ts'
import { overload } from '../signature.ts'
import type { Value } from '../values.ts'
import { format } from './format.ts'
import { codePointCount, codePoints, offsetOf, positionOf, slice } from './text.ts'

/** White space as Unicode has it and Go trims it. */
const spaces = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const leading = new RegExp(`^${spaces}+`)
const trailing = new RegExp(`${spaces}$`)

function trim(text: string): string {
  const rest = text.replace(leading, '')
  let end = rest.length
  while (end > 0 && trailing.test(rest.charAt(end - 1))) end -= 1
  return rest.slice(0, end)
}

function position(index: bigint, text: string): number {
  if (index < 0n || index > BigInt(codePointCount(text)))
    throw new CelFailure(`position ${index} is outside of a string of ${codePointCount(text)}`)
  return Number(index)
}

function indexOf(text: string, part: string, from: bigint): bigint {
  if (part !== '' && from >= BigInt(codePointCount(text)) && from > 0n) return -1n
  const start = position(from, text)
  return BigInt(positionOf(text, text.indexOf(part, offsetOf(text, start))))
}

function lastIndexOf(text: string, part: string, from: bigint): bigint {
  return BigInt(positionOf(text, text.lastIndexOf(part, offsetOf(text, position(from, text)))))
}

function substring(text: string, from: bigint, to: bigint): string {
  const start = position(from, text)
  const end = position(to, text)
  if (start > end) throw new CelFailure(`a substring cannot end at ${end} when it begins at ${start}`)
  return slice(text, start, end)
}

function charAt(text: string, index: bigint): string {
  const at = position(index, text)
  return slice(text, at, at + 1)
}

interface Replacement {
  readonly from: string
  readonly to: string
  /** Negative: all. */
  readonly limit: bigint
}

function replace(text: string, { from, to, limit }: Replacement, budget: Budget): string {
  const all = split(text, from)
  const most = limit < 0n ? all.length - 1 : Math.min(Number(limit), all.length - 1)
  budget.spend((text.length + most * to.length) / 10)
  return from === ''
    ? interleave(text, to, limit)
    : `${all.slice(0, most + 1).join(to)}${all
        .slice(most + 1)
        .map((part) => from + part)
        .join('')}`
}

/** Replacing nothing, as Go does it: before every code point and at the end. */
function interleave(text: string, to: string, limit: bigint): string {
  const points = codePoints(text)
  const most = limit < 0n ? points.length + 1 : Math.min(Number(limit), points.length + 1)
  return [...points.map((point, index) => (index < most ? to : '') + point), points.length < most ? to : ''].join('')
}

function split(text: string, separator: string): readonly string[] {
  return separator === '' ? codePoints(text) : text.split(separator)
}

function splitAtMost(text: string, separator: string, limit: bigint): readonly string[] {
  const parts = split(text, separator)
  if (limit < 0n || BigInt(parts.length) <= limit) return parts
  const kept = Number(limit)
  return kept === 0 ? [] : [...parts.slice(0, kept - 1), parts.slice(kept - 1).join(separator)]
}

function join(list: readonly Value[], separator: string, budget: Budget): string {
  const texts = list.map((item) => {
    if (typeof item !== 'string') throw new CelFailure('join() is of strings')
    budget.spend((item.length + separator.length) / 10)
    return item
  })
  return texts.join(separator)
}

const escaped = '\x07\b\f\n\r\t\v\\"'
const escapes = new Map(codePoints(escaped).map((char, index) => [char, `\\${'abfnrtv\\"'.charAt(index)}`]))

/** In double quotes, as CEL would read it again. */
function quoted(text: string): string {
  const points = codePoints(text.toWellFormed()).map((point) => escapes.get(point) ?? point)
  return `"${points.join('')}"`
}

const lower = (text: string): string => text.replaceAll(/[A-Z]+/g, (part) => part.toLowerCase())
const upper = (text: string): string => text.replaceAll(/[a-z]+/g, (part) => part.toUpperCase())

export const stringFunctions = [
  overload('string.startsWith(string): bool', ([text, part]: [string, string]) => text.startsWith(part)),
  overload('string.endsWith(string): bool', ([text, part]: [string, string]) => text.endsWith(part)),
  overload('string.contains(string): bool', ([text, part]: [string, string]) => text.includes(part)),
  overload('string.charAt(int): string', ([text, index]: [string, bigint]) => charAt(text, index), { size: () => 1 }),
  overload('string.indexOf(string): int', ([text, part]: [string, string]) => indexOf(text, part, 0n)),
  overload('string.indexOf(string, int): int', ([text, part, from]: [string, string, bigint]) => indexOf(text, part, from)),
  overload('string.lastIndexOf(string): int', ([text, part]: [string, string]) => BigInt(positionOf(text, text.lastIndexOf(part)))),
  overload('string.lastIndexOf(string, int): int', ([text, part, from]: [string, string, bigint]) => lastIndexOf(text, part, from)),
  overload('string.substring(int): string', ([text, from]: [string, bigint]) => substring(text, from, BigInt(codePointCount(text)))),
  overload('string.substring(int, int): string', ([text, from, to]: [string, bigint, bigint]) => substring(text, from, to)),
  overload('string.lowerAscii(): string', ([text]: [string]) => lower(text)),
  overload('string.upperAscii(): string', ([text]: [string]) => upper(text)),
  overload('string.trim(): string', ([text]: [string]) => trim(text)),
  overload('string.reverse(): string', ([text]: [string]) => codePoints(text).toReversed().join('')),
  overload(
    'string.replace(string, string): string',
    ([text, from, to]: [string, string, string], budget) => replace(text, { from, to, limit: -1n }, budget),
    { size: replacedSize },
  ),
  overload(
    'string.replace(string, string, int): string',
    ([text, from, to, limit]: [string, string, string, bigint], budget) => replace(text, { from, to, limit }, budget),
    { size: replacedSize },
  ),
  overload('string.split(string): list<string>', ([text, separator]: [string, string]) => split(text, separator)),
  overload('string.split(string, int): list<string>', ([text, separator, limit]: [string, string, bigint]) =>
    splitAtMost(text, separator, limit),
  ),
  overload('list<string>.join(): string', ([list]: [readonly Value[]], budget) => join(list, '', budget)),
  overload('list<string>.join(string): string', ([list, separator]: [readonly Value[], string], budget) => join(list, separator, budget)),
  overload('string.format(list<dyn>): string', ([text, args]: [string, readonly Value[]], budget) => format(text, args, budget)),
  overload('strings.quote(string): string', ([text]: [string]) => quoted(text), { size: ([size = 0]) => size * 2 + 2 }),
]

/** Every character may be one that is replaced. */
function replacedSize([text = 0, , to = 0]: readonly number[]): number {
  return (text + 1) * (to + 1)
}
