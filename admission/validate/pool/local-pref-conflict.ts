import { selectsPool } from '../../../core/config/selection.ts'
import { problem } from '../../../core/problem.ts'
import { localPrefConflict } from '../local-pref.ts'
import type { PoolRule } from './rule.ts'

/** Not the pool's fault, but with it the conflict begins to count. */
export const localPrefConflicts: PoolRule = ({ pool, world }) => {
  const nodes = world.nodes()
  const adverts = world.bgpAdvertisements.compiled.filter((advert) => selectsPool(advert, pool))
  return adverts.flatMap((advert, index) =>
    adverts.slice(index + 1).flatMap((other) => {
      const conflict = localPrefConflict(advert, other, [pool], nodes)
      return conflict === undefined
        ? []
        : [problem('LocalPrefConflict', 'metadata.name', `${conflict}; nothing of it is announced until they agree`)]
    }),
  )
}
