import type { BgpAdvert } from '../../../core/config/bgp-advertisement.ts'
import { selectsPool } from '../../../core/config/selection.ts'
import { problem } from '../../../core/problem.ts'
import type { AdvertisementRule } from '../advertisement/rule.ts'
import { localPrefConflict } from '../local-pref.ts'

/** Once for each other advertisement: the speakers would withhold every Service of the pools that both select. */
export const localPrefConflicts: AdvertisementRule<BgpAdvert> = ({ advert, world }) => {
  const nodes = world.nodes()
  const pools = world.pools.pools.filter((pool) => selectsPool(advert, pool))
  return world.bgpAdvertisements.compiled
    .filter(({ name }) => name !== advert.name)
    .flatMap((other) => {
      const conflicts = pools.flatMap((pool) => (selectsPool(other, pool) ? (localPrefConflict(advert, other, pool, nodes) ?? []) : []))
      const [first] = conflicts
      if (first === undefined) return []
      return [problem('LocalPrefConflict', 'spec.localPref', `${first}; use one value, or part them by peers, nodeSelectors or pools`)]
    })
}
