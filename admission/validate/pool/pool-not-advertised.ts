import { selectsPool } from '../../../core/config/selection.ts'
import { problem } from '../../../core/problem.ts'
import type { PoolRule } from './rule.ts'

/** Its Services get addresses that nobody answers for. The advertisement is often the next object of the same file, hence "yet". */
export const poolNotAdvertised: PoolRule = ({ pool, world }) => {
  const adverts = [...world.l2Advertisements.compiled, ...world.bgpAdvertisements.compiled]
  if (adverts.some((advert) => selectsPool(advert, pool))) return []
  const message = `no L2Advertisement or BGPAdvertisement selects pool "${pool.name}" yet: its addresses are handed out but not announced`
  return [problem('PoolNotAdvertised', 'metadata.name', message)]
}
