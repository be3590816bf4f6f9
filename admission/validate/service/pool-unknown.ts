import { nearest } from '../../../core/nearest.ts'
import { quote } from '../../../core/quote.ts'
import { listed } from '../listed.ts'
import { poolField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

/** Once there are pools, a name that is none of them is a mistake. While there are none, everybody waits. */
export const poolUnknown: ServiceRule = (facts) =>
  refusals(facts, 'PoolUnknown').map(({ pool, known }) => {
    const guess = nearest(pool, known)
    const hint = guess === undefined ? `there are: ${listed(known, 5)}` : `did you mean "${guess}"?`
    return refuse('PoolUnknown', poolField(facts), `there is no pool ${quote(pool)}; ${hint}`, [pools])
  })
