import { formatAddress } from '../../../core/address.ts'
import { listed } from '../listed.ts'
import { addressField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

export const addressInNoPool: ServiceRule = (facts) =>
  refusals(facts, 'AddressInNoPool').map(({ address }) => {
    const { family } = address
    const ranges = facts.ipam.pools.flatMap((pool) =>
      pool.ranges.filter(({ first }) => first.family === family).map(({ canonical }) => `${canonical} ("${pool.name}")`),
    )
    const known = ranges.length === 0 ? `there is no ${family} pool` : `ask for one of ${listed(ranges, 3)}`
    return refuse('AddressInNoPool', addressField(facts), `address ${formatAddress(address)} is in no pool; ${known}`, [pools])
  })
