import type { BGPAdvertisement } from '../../schemas/generated/types.ts'
import type { Family } from '../address.ts'
import { type Problem, problem } from '../problem.ts'
import { quote } from '../quote.ts'
import { asFields, asText, type Fields } from '../shape.ts'
import { type Community, type CommunityNames, isLiteral, type LargeCommunity, parseCommunity } from './community.ts'
import { compileSelection, type Selection } from './selection.ts'
import { compileNames } from './selectors.ts'

export interface BgpAdvert extends Selection {
  readonly name: string
  /** Length of the prefix that an address becomes. */
  readonly aggregationLength: { readonly [F in Family]: number }
  /** Undefined when the operator leaves it open. */
  readonly localPref: number | undefined
  readonly communities: readonly Community[]
  readonly largeCommunities: readonly LargeCommunity[]
  /** Communities by name, whether a Community object defines them or not. */
  readonly aliases: readonly string[]
  /** Names of BGPPeers; none means every peer. */
  readonly peers: ReadonlySet<string>
}

const wholeLength = { IPv4: 32, IPv6: 128 } as const

/**
 * Never throws, whatever the object holds; `spec` may be absent. An advertisement with a problem is absent: it would announce too much, or without the
 * community that keeps it from spreading.
 *
 * @param names what Community objects define; undefined where they may still come, so that unknown names are no problem (and carry nothing)
 */
export function compileBgpAdvertisement(
  object: BGPAdvertisement,
  names: CommunityNames | undefined,
): { readonly advert?: BgpAdvert; readonly problems: readonly Problem[] } {
  const root: Fields = asFields(object) ?? {}
  const name = asText(asFields(root['metadata'])?.['name']) ?? ''
  const spec = asFields(root['spec']) ?? {}
  const owner = `BGPAdvertisement "${name}"`
  const { selection, problems: selectionProblems } = compileSelection(spec, owner)
  const problems: Problem[] = [...selectionProblems]
  const number = (field: string, smallest: number, largest: number): number | undefined => {
    const value = spec[field]
    if (value === undefined || value === null) return undefined
    if (typeof value === 'number' && Number.isInteger(value) && value >= smallest && value <= largest) return value
    const message = `${field} ${quote(value)} of ${owner} is not a whole number from ${smallest} to ${largest}`
    problems.push(problem('OutOfBounds', `spec.${field}`, message))
    return undefined
  }
  const aggregationLength = {
    IPv4: number('aggregationLength', 1, wholeLength.IPv4) ?? wholeLength.IPv4,
    IPv6: number('aggregationLengthV6', 1, wholeLength.IPv6) ?? wholeLength.IPv6,
  }
  const isAggregated = aggregationLength.IPv4 < wholeLength.IPv4 || aggregationLength.IPv6 < wholeLength.IPv6
  if (isAggregated && selection.serviceSelectors.length > 0) {
    const message = `serviceSelectors and aggregationLength are mutually exclusive in ${owner}: the prefix would attract traffic of Services that it leaves out; drop serviceSelectors or the aggregation`
    problems.push(problem('AggregationWithSelectors', 'spec.serviceSelectors', message))
  }
  const localPref = number('localPref', 0, 0xffff_ffff)
  const peers = compileNames(spec['peers'], 'spec.peers', owner)
  const communities = compileCommunityList(spec['communities'], names, owner)
  problems.push(...peers.problems, ...communities.problems)
  if (problems.some(({ code }) => code !== 'DuplicateEntry')) return { problems }
  const advert: BgpAdvert = {
    name,
    ...selection,
    aggregationLength,
    // 0 is the schema's way to say nothing.
    localPref: localPref === 0 ? undefined : localPref,
    communities: communities.plain,
    largeCommunities: communities.large,
    aliases: communities.aliases,
    peers: new Set(peers.names),
  }
  return { advert, problems }
}

function compileCommunityList(
  list: unknown,
  names: CommunityNames | undefined,
  owner: string,
): Pick<BgpAdvert, 'aliases'> & {
  readonly plain: readonly Community[]
  readonly large: readonly LargeCommunity[]
  readonly problems: readonly Problem[]
} {
  const field = 'spec.communities'
  const compiled = compileNames(list, field, owner)
  const plain: Community[] = []
  const large: LargeCommunity[] = []
  const problems: Problem[] = [...compiled.problems]
  for (const [index, text] of compiled.names.entries()) {
    const path = `${field}[${index}]`
    const named = isLiteral(text) ? undefined : names?.get(text)
    if (named === undefined && !isLiteral(text)) {
      if (names === undefined) continue
      const message = `community ${quote(text)} of ${owner} is no value and no Community object defines it; define it, or write a value such as 65000:100`
      problems.push(problem('CommunityUnknown', path, message, text))
      continue
    }
    const value = named === undefined ? parseCommunity(text) : { ok: true as const, value: named }
    if (!value.ok) problems.push(problem('CommunityInvalid', path, `community ${quote(text)} of ${owner}: ${value.error}`, text))
    else if (value.value.type === 'plain') plain.push(value.value.value)
    else large.push(value.value.value)
  }
  return { plain, large, aliases: compiled.names.filter((text) => !isLiteral(text)), problems }
}
