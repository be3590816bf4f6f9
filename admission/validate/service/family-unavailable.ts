import { poolField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

/** The named pool has no addresses of a family that the Service's cluster IPs have. */
export const familyUnavailable: ServiceRule = (facts) =>
  refusals(facts, 'FamilyUnavailable').map(({ pool, family }) => {
    const cure = `add an ${family} range to the pool, name another pool, or set ipFamilies and ipFamilyPolicy of the Service to what the pool has`
    return refuse('FamilyUnavailable', poolField(facts), `pool "${pool}" has no ${family} addresses; ${cure}`, [pools])
  })
