import { nearest } from '../../../core/nearest.ts'
import { quote } from '../../../core/quote.ts'
import { listed } from '../listed.ts'
import { poolField, pools, refusals, refuse, type ServiceCase, type ServiceRule } from './rule.ts'

/**
 * Once there are pools, a name that is none of them is a mistake. While there are none, everybody waits. In a list the allocator passes over such a name,
 * because a pool may go while Services live; whoever writes it is asked.
 */
export const poolUnknown: ServiceRule = (facts) =>
  unknownPools(facts).map((pool) => {
    const known = facts.ipam.pools.map(({ name }) => name)
    const guess = nearest(pool, known)
    const hint = guess === undefined ? `there are: ${listed(known, 5)}` : `did you mean "${guess}"?`
    return refuse('PoolUnknown', poolField(facts), `there is no pool ${quote(pool)}; ${hint}`, [pools])
  })

function unknownPools(facts: ServiceCase): readonly string[] {
  const { ipam, service } = facts
  if (service.requestedPools.length < 2) return refusals(facts, 'PoolUnknown').map(({ pool }) => pool)
  const known = new Set(ipam.pools.map(({ name }) => name))
  return known.size === 0 ? [] : service.requestedPools.filter((name) => !known.has(name))
}
