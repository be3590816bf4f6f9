// What a route carries beside its prefix, and how a session writes it.
import type { Family } from '../../core/address.ts'
import { type Community, compareLargeCommunities, formatLargeCommunity, type LargeCommunity } from '../../core/config/community.ts'
import { concatBytes } from '../bytes.ts'
import { encodeAsPath } from './as-path.ts'
import { encodeCommunities, encodeLargeCommunities } from './community.ts'
import type { NextHops } from './local-address.ts'
import { writeAddress } from './multiprotocol.ts'
import { AttributeKind, AttributeType, encodeAttribute } from './path-attribute.ts'

/** Equal for every peer; what differs between sessions is added when it is written. */
export interface RouteAttributes {
  /** Equal exactly when the attributes are: what groups routes into one UPDATE. */
  readonly key: string
  /** LOCAL_PREF towards peers of our own AS; undefined means 100, which every router assumes too. */
  readonly localPref: number | undefined
  /** Ascending, without duplicates. */
  readonly communities: readonly Community[]
  readonly largeCommunities: readonly LargeCommunity[]
}

/** Sorts and de-duplicates. */
export function routeAttributes(
  localPref: number | undefined,
  communities: readonly Community[],
  largeCommunities: readonly LargeCommunity[],
): RouteAttributes {
  const plain = [...new Set(communities)].toSorted((a, b) => a - b)
  const large = [...new Map(largeCommunities.map((community) => [formatLargeCommunity(community), community])).values()]
  const sorted = large.toSorted(compareLargeCommunities)
  const key = `${localPref ?? ''} ${plain.join(',')} ${sorted.map(formatLargeCommunity).join(',')}`
  return { key, localPref, communities: plain, largeCommunities: sorted }
}

/** What a session adds to every route. */
export interface RouteWriter {
  readonly localAs: number
  readonly isInternal: boolean
  /** The peer knows AS numbers of four octets. */
  readonly fourOctetAs: boolean
  /** Our address of each family, as the peer's packets will find us. Routes of a family without one are not sent. */
  readonly nextHops: NextHops
  /** Longest message that the peer takes, in octets. */
  readonly messageLimit: number
}

const originIgp = 0
const defaultLocalPref = 100

/** All attributes in the order of their types; of IPv6 routes without MP_REACH_NLRI, which holds their next hop and goes before the rest (RFC 7606 §5.1). */
export function encodeRouteAttributes(attributes: RouteAttributes, writer: RouteWriter, family: Family): Uint8Array {
  const [asPath, as4Path] = encodeAsPath(writer.localAs, writer.isInternal, writer.fourOctetAs)
  const parts = [encodeAttribute(AttributeKind.WellKnown, AttributeType.Origin, 1, (value) => value.u8(originIgp)), asPath]
  const nextHop = writer.nextHops.IPv4
  if (family === 'IPv4' && nextHop !== undefined) {
    parts.push(encodeAttribute(AttributeKind.WellKnown, AttributeType.NextHop, 4, (value) => writeAddress(value, nextHop)))
  }
  if (writer.isInternal) {
    const localPref = attributes.localPref ?? defaultLocalPref
    parts.push(encodeAttribute(AttributeKind.WellKnown, AttributeType.LocalPref, 4, (value) => value.u32(localPref)))
  }
  parts.push(...encodeCommunities(attributes.communities), as4Path, ...encodeLargeCommunities(attributes.largeCommunities))
  return concatBytes(parts.filter((part) => part !== undefined))
}
