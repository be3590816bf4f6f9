import { isForPeer } from '../../../core/announce/bgp.ts'
import type { BgpAdvert } from '../../../core/config/bgp-advertisement.ts'
import { isExternal } from '../../../core/config/bgp-peer.ts'
import { problem } from '../../../core/problem.ts'
import type { AdvertisementRule } from '../advertisement/rule.ts'
import { listed } from '../listed.ts'

/** LOCAL_PREF is not for routers of another AS (RFC 4271 §5.1.5). */
export const localPrefNotSent: AdvertisementRule<BgpAdvert> = ({ advert, world }) => {
  const { localPref } = advert
  if (localPref === undefined) return []
  const external = world.peers.compiled.filter((peer) => isForPeer(advert, peer.name) && isExternal(peer))
  if (external.length === 0) return []
  const names = listed(
    external.map(({ name }) => `"${name}"`),
    3,
  )
  const message = `localPref ${localPref} is not sent to ${names}: only routers of our own AS are told; another AS can be steered by communities`
  return [problem('LocalPrefNotSent', 'spec.localPref', message, String(localPref))]
}
