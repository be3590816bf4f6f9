import { anyMatches } from '../../../core/config/selectors.ts'
import { problem } from '../../../core/problem.ts'
import type { AdvertisementRule } from './rule.ts'

/** Pools come and go; names that match none are `poolUnknown`'s. */
export const poolsSelected: AdvertisementRule = ({ advert: { poolNames, poolSelectors }, world }) => {
  if (poolSelectors.length === 0 || world.pools.pools.some(({ labels }) => anyMatches(poolSelectors, labels))) return []
  const wanted = poolSelectors.map(({ canonical }) => canonical).join(' or ')
  const effect = poolNames.size === 0 ? 'nothing is announced' : 'only what ipAddressPools names is announced'
  return [problem('SelectsNothing', 'spec.ipAddressPoolSelectors', `no pool matches ${wanted.slice(0, 100)} today, so ${effect}`)]
}
