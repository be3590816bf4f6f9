import { compileBgpPeer } from '../../core/config/bgp-peer.ts'
import type { Fields } from '../../core/shape.ts'
import type { Verdict } from '../verdict.ts'
import type { World } from '../world.ts'
import { verdictOn } from './own-kind.ts'
import { type Place, placed } from './place.ts'

/** Shape, addresses, AS numbers, timers and selectors. Peers that contradict each other are none of our business: each has a session of its own. */
export function validateBGPPeer(object: Fields, place: Place, world: World): Verdict {
  const { problems } = compileBgpPeer(placed(object, place))
  return verdictOn({ key: 'metallb.io/v1beta2/BGPPeer', object, place, world }, problems, () => [])
}
