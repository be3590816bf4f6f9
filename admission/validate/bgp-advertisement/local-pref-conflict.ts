import type { BgpAdvert } from '../../../core/config/bgp-advertisement.ts'
import { problem } from '../../../core/problem.ts'
import type { AdvertisementRule } from '../advertisement/rule.ts'
import { localPrefConflict } from '../local-pref.ts'

/** Once for each other advertisement: the speakers would withhold every Service of the pools that both select. */
export const localPrefConflicts: AdvertisementRule<BgpAdvert> = ({ advert, world }) => {
  const nodes = world.nodes()
  return world.bgpAdvertisements.compiled.flatMap((other) => {
    const conflict = other.name === advert.name ? undefined : localPrefConflict(advert, other, world.pools.pools, nodes)
    if (conflict === undefined) return []
    return [problem('LocalPrefConflict', 'spec.localPref', `${conflict}; use one value, or part them by peers, nodeSelectors or pools`)]
  })
}
