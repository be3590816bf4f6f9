import type { BgpAdvert } from '../../../core/config/bgp-advertisement.ts'
import { didYouMean } from '../../../core/nearest.ts'
import { problem } from '../../../core/problem.ts'
import type { AdvertisementRule } from '../advertisement/rule.ts'

/** The peer may be the next object of the same file, so this is only said. */
export const peerUnknown: AdvertisementRule<BgpAdvert> = ({ advert, world }) => {
  const known = world.peers.objects.flatMap(({ metadata }) => metadata.name ?? [])
  if (advert.peers.size === 0 && known.length === 0) {
    return [problem('PeerUnknown', 'spec.peers', 'there is no BGPPeer yet, so nothing is announced over BGP')]
  }
  return [...advert.peers].flatMap((name, index) => {
    if (known.includes(name)) return []
    const message = `there is no BGPPeer "${name.slice(0, 63)}" yet, so nothing is announced to it${didYouMean(name, known)}`
    return [problem('PeerUnknown', `spec.peers[${index}]`, message, name)]
  })
}
