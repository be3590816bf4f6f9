import { formatAddress } from '../../../core/address.ts'
import { listed } from '../listed.ts'
import { addressField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

/** It names a pool and an address, and the one is not in the other. */
export const outsideRequestedPool: ServiceRule = (facts) =>
  refusals(facts, 'OutsideRequestedPool').map(({ address, requested, actual }) => {
    const names = listed(
      requested.map((name) => `"${name}"`),
      5,
    )
    const toNamed = requested.length === 1 ? `the pool that the Service names, ${names}` : `one of those that the Service lists, ${names}`
    const message = `address ${formatAddress(address)} belongs to pool "${actual}", not to ${toNamed}; name "${actual}" or ask for an address of ${names}`
    return refuse('OutsideRequestedPool', addressField(facts), message, [pools])
  })
