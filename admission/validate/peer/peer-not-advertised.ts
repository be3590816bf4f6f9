import { isForPeer } from '../../../core/announce/bgp.ts'
import { problem } from '../../../core/problem.ts'
import type { PeerRule } from './rule.ts'

/** The advertisement is often the next object of the same file, hence "yet". */
export const peerNotAdvertised: PeerRule = ({ peer: { name }, world }) => {
  if (world.bgpAdvertisements.compiled.some((advert) => isForPeer(advert, name))) return []
  return [problem('PeerNotAdvertised', 'metadata.name', `no BGPAdvertisement uses peer "${name}" yet: its sessions carry no routes`)]
}
