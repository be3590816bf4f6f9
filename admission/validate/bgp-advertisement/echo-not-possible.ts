import { isForPeer } from '../../../core/announce/bgp.ts'
import type { BgpAdvert } from '../../../core/config/bgp-advertisement.ts'
import { selectsPool } from '../../../core/config/selection.ts'
import { problem } from '../../../core/problem.ts'
import type { AdvertisementRule } from '../advertisement/rule.ts'

/** MetalLB on FRR refuses this when it runs; a session of ours carries both families whatever watches it. */
export const echoBesideIPv6: AdvertisementRule<BgpAdvert> = ({ advert, world }) => {
  const pool = world.pools.pools.find((each) => selectsPool(advert, each) && each.ranges.some(({ first }) => first.family === 'IPv6'))
  if (pool === undefined) return []
  const echoing = new Set(world.bfdProfiles.compiled.filter(({ isEcho }) => isEcho).map(({ name }) => name))
  const peer = world.peers.compiled.find(
    ({ name, bfdProfile }) => isForPeer(advert, name) && bfdProfile !== undefined && echoing.has(bfdProfile),
  )
  if (peer === undefined) return []
  const message = `pool "${pool.name}" has IPv6 addresses, and BGPPeer "${peer.name}" has BFDProfile "${peer.bfdProfile}" with echoMode, which watches IPv4 only; MetalLB on FRR refuses the two together`
  return [problem('EchoNotPossible', 'spec.peers', message)]
}
