// An address that is rolled up becomes a prefix, which must not be wider than what the pool has: it would attract traffic for addresses of others.
import { addressBits, type Family } from '../../core/address.ts'
import type { BgpAdvert } from '../../core/config/bgp-advertisement.ts'
import type { Pool, PoolRange } from '../../core/config/pool.ts'
import { widestPrefix } from '../../core/range.ts'

export interface Aggregate {
  readonly range: PoolRange
  readonly family: Family
  /** Of the widest CIDR in the range. */
  readonly prefixLength: number
  /** MetalLB's words, which people search for. */
  readonly finding: string
}

/** The ranges of a pool that are narrower than what the advertisement makes of their addresses. MetalLB's rule: one CIDR of the range must be wide enough. */
export function tooNarrow(advert: BgpAdvert, pool: Pool): readonly Aggregate[] {
  return pool.ranges.flatMap((range) => {
    const { family } = range.first
    const length = advert.aggregationLength[family]
    if (length === addressBits[family]) return []
    const prefixLength = widestPrefix(range)
    if (length >= prefixLength) return []
    const finding = `invalid aggregation length ${length}: prefix ${prefixLength} in this pool is more specific than the aggregation length for addresses ${range.text}`
    return [{ range, family, prefixLength, finding }]
  })
}
