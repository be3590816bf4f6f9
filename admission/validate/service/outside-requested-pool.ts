import { formatAddress } from '../../../core/address.ts'
import { addressField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

/** It names a pool and an address, and the one is not in the other. */
export const outsideRequestedPool: ServiceRule = (facts) =>
  refusals(facts, 'OutsideRequestedPool').map(({ address, requested, actual }) => {
    const message = `address ${formatAddress(address)} belongs to pool "${actual}", not to the pool that the Service names, "${requested}"; name "${actual}" or ask for an address of "${requested}"`
    return refuse('OutsideRequestedPool', addressField(facts), message, [pools])
  })
