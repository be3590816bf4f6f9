// What BGPAdvertisements and BGPPeers make of a Service: MetalLB's rules, for whoever decides, judges or explains an announcement.
import type { Address, Family } from '../address.ts'
import type { BgpAdvert } from '../config/bgp-advertisement.ts'
import { type BgpPeer, familiesOf } from '../config/bgp-peer.ts'
import { selectsNode, selectsPool, selectsService } from '../config/selection.ts'
import type { NodeView } from '../node.ts'
import { fail, ok, type Result } from '../result.ts'
import { type AnnounceableService, hostsOf, type NodeReason, type PoolPart, whyNodeUnable } from './eligibility.ts'

/**
 * Two of these advertisements make one route of an address and give it to one peer with different values of localPref; then a node announces nothing
 * of the Service.
 */
export function haveLocalPrefConflict(adverts: readonly BgpAdvert[], addresses: readonly Pick<Address, 'family'>[]): boolean {
  return adverts.some((a, index) =>
    adverts
      .slice(index + 1)
      .some((b) => a.localPref !== b.localPref && sharePeer(a, b) && addresses.some(({ family }) => makeOneRoute(a, b, family))),
  )
}

/** Of one address, prefixes of one length are one prefix. */
function makeOneRoute(a: BgpAdvert, b: BgpAdvert, family: Family): boolean {
  return a.aggregationLength[family] === b.aggregationLength[family]
}

function sharePeer(a: BgpAdvert, b: BgpAdvert): boolean {
  return a.peers.size === 0 || b.peers.size === 0 || !a.peers.isDisjointFrom(b.peers)
}

export function isForPeer(advert: Pick<BgpAdvert, 'peers'>, peer: string): boolean {
  return advert.peers.size === 0 || advert.peers.has(peer)
}

/** What a session with the peer would carry; nothing for peers that we cannot have one with: found by interface, or in a VRF. */
export function carriedFamilies(peer: BgpPeer): readonly Family[] {
  return peer.address === undefined || peer.vrf !== undefined ? [] : familiesOf(peer, peer.address)
}

export type NoOfferReason =
  | 'noMatchingAdvertisement'
  | NodeReason
  /** Two advertisements give one route to one peer with different values of localPref. */
  | 'conflictingLocalPref'

/** The advertisements by which this node announces these addresses of a Service over BGP, each as its caller holds it. Whoever else announces does not matter: the routers choose. */
export function offersFrom<Offer extends { readonly advert: BgpAdvert }>(
  node: NodeView,
  { service, pool, addresses, serving }: Pick<AnnounceableService, 'service' | 'serving'> & PoolPart,
  offers: readonly Offer[],
  ignoresExcludeLabel: boolean,
): Result<readonly Offer[], NoOfferReason> {
  const chosen = offers.filter(
    ({ advert }) => selectsPool(advert, pool) && selectsNode(advert, node.labels) && selectsService(advert, service.labels),
  )
  if (chosen.length === 0) return fail('noMatchingAdvertisement')
  const unable = whyNodeUnable(node, hostsOf(service, serving), ignoresExcludeLabel)
  if (unable !== undefined) return fail(unable)
  const adverts = chosen.map(({ advert }) => advert)
  return haveLocalPrefConflict(adverts, addresses) ? fail('conflictingLocalPref') : ok(chosen)
}
