import { formatAddress } from '../../../core/address.ts'
import { annotations } from '../../../core/annotations.ts'
import { addressField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

export const addressesInSeveralPools: ServiceRule = (facts) =>
  refusals(facts, 'AddressesInSeveralPools').map(({ addresses, pools: names }) => {
    const message = `addresses ${addresses.map(formatAddress).join(' and ')} are in different pools (${names.join(', ')}); ask for addresses of one pool, or list the pools: ${annotations.addressPool}: "${names.join(',')}"`
    return refuse('AddressesInSeveralPools', addressField(facts), message, [pools])
  })
