import { selectsPool } from '../../../core/config/selection.ts'
import { problem } from '../../../core/problem.ts'
import { tooNarrow } from '../aggregation.ts'
import type { PoolRule } from './rule.ts'

/** A pool that is made, or made smaller, under an advertisement that rolls its addresses up further than it reaches. */
export const aggregationTooShort: PoolRule = ({ pool, world }) =>
  world.bgpAdvertisements.compiled
    .filter((advert) => selectsPool(advert, pool))
    .flatMap((advert) =>
      tooNarrow(advert, pool).map(({ range, prefixLength, finding }) => {
        const advice = `BGPAdvertisement "${advert.name}" would attract traffic for addresses that the pool does not have; widen the range, or give the advertisement ${prefixLength} or more first`
        return problem('AggregationTooShort', `spec.addresses[${range.index}]`, `${finding}: ${advice}`, range.text)
      }),
    )
