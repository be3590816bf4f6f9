import { problem } from '../../../core/problem.ts'
import type { PoolRule } from './rule.ts'

/** Spaces are layout, and host bits have a warning of their own. */
export const rangeNotCanonical: PoolRule = ({ pool }) =>
  pool.ranges.flatMap(({ index, text, canonical, hostBitsSet }) => {
    if (hostBitsSet || text.replaceAll(/\s/g, '') === canonical) return []
    return [problem('RangeNotCanonical', `spec.addresses[${index}]`, `"${text}" is shown as "${canonical}" everywhere; write that`, text)]
  })
