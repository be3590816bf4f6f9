import { namedPools } from '../../../core/refusal.ts'
import { poolField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

/** None of the named pools has addresses of a family that the Service's cluster IPs have. */
export const familyUnavailable: ServiceRule = (facts) => {
  const full = new Set(refusals(facts, 'PoolExhausted').map(({ family }) => family))
  const without = Map.groupBy(refusals(facts, 'FamilyUnavailable'), ({ family }) => family)
  return [...without].flatMap(([family, all]) => {
    // One of the list has them, and is full.
    if (full.has(family)) return []
    const verb = all.length === 1 ? 'has' : 'have'
    const cure = `add an ${family} range to the pool, name another pool, or set ipFamilies and ipFamilyPolicy of the Service to what the pool has`
    const message = `${namedPools(all.map(({ pool }) => pool))} ${verb} no ${family} addresses; ${cure}`
    return [refuse('FamilyUnavailable', poolField(facts), message, [pools])]
  })
}
