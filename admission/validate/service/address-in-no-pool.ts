import { formatAddress } from '../../../core/address.ts'
import { addressField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

const shown = 3

export const addressInNoPool: ServiceRule = (facts) =>
  refusals(facts, 'AddressInNoPool').map(({ address }) => {
    const { family } = address
    const ranges = facts.ipam.pools.flatMap((pool) =>
      pool.ranges.filter(({ first }) => first.family === family).map(({ canonical }) => `${canonical} ("${pool.name}")`),
    )
    const more = ranges.length > shown ? ` and ${ranges.length - shown} more` : ''
    const known = ranges.length === 0 ? `there is no ${family} pool` : `ask for one of ${ranges.slice(0, shown).join(', ')}${more}`
    return refuse('AddressInNoPool', addressField(facts), `address ${formatAddress(address)} is in no pool; ${known}`, [pools])
  })
