// COMMUNITIES (RFC 1997) and LARGE_COMMUNITY (RFC 8092).
import type { Community, LargeCommunity } from '../../core/config/community.ts'
import { AttributeKind, AttributeType, encodeAttribute } from './path-attribute.ts'

/** @param communities sorted, without duplicates; none, no attribute */
export function encodeCommunities(communities: readonly Community[]): readonly Uint8Array[] {
  if (communities.length === 0) return []
  return [
    encodeAttribute(AttributeKind.OptionalTransitive, AttributeType.Communities, 4 * communities.length, (writer) => {
      for (const community of communities) writer.u32(community)
    }),
  ]
}

/** @param communities sorted, without duplicates; none, no attribute */
export function encodeLargeCommunities(communities: readonly LargeCommunity[]): readonly Uint8Array[] {
  if (communities.length === 0) return []
  return [
    encodeAttribute(AttributeKind.OptionalTransitive, AttributeType.LargeCommunities, 12 * communities.length, (writer) => {
      for (const { global, local1, local2 } of communities) writer.u32(global).u32(local1).u32(local2)
    }),
  ]
}
