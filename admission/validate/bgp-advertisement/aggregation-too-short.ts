import type { BgpAdvert } from '../../../core/config/bgp-advertisement.ts'
import { selectsPool } from '../../../core/config/selection.ts'
import { problem } from '../../../core/problem.ts'
import type { AdvertisementRule } from '../advertisement/rule.ts'
import { tooNarrow } from '../aggregation.ts'

const fields = { IPv4: 'spec.aggregationLength', IPv6: 'spec.aggregationLengthV6' } as const

/** One for each pool and family, about the narrowest range: what suits that suits all. */
export const aggregationTooShort: AdvertisementRule<BgpAdvert> = ({ advert, world }) =>
  world.pools.pools
    .filter((pool) => selectsPool(advert, pool))
    .flatMap((pool) => {
      const narrow = Map.groupBy(tooNarrow(advert, pool), ({ family }) => family)
      return [...narrow].flatMap(([family, [first, ...more]]) => {
        if (first === undefined) return []
        const worst = more.reduce((a, b) => (b.prefixLength > a.prefixLength ? b : a), first)
        const advice = `the route would attract traffic for addresses that pool "${pool.name}" does not have; write ${worst.prefixLength} or more, or select other pools`
        return [problem('AggregationTooShort', fields[family], `${worst.finding}: ${advice}`)]
      })
    })
