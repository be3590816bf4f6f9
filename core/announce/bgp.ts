// What BGPAdvertisements and BGPPeers make of a Service: MetalLB's rules, for whoever decides, judges or explains an announcement.
import type { Address, Family } from '../address.ts'
import type { BgpAdvert } from '../config/bgp-advertisement.ts'
import { type BgpPeer, familiesOf } from '../config/bgp-peer.ts'

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
