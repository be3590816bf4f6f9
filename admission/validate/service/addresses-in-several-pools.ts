import { formatAddress } from '../../../core/address.ts'
import { addressField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

export const addressesInSeveralPools: ServiceRule = (facts) =>
  refusals(facts, 'AddressesInSeveralPools').map(({ addresses, pools: names }) => {
    const message = `addresses ${addresses.map(formatAddress).join(' and ')} are in different pools (${names.join(', ')}); ask for two addresses of one pool`
    return refuse('AddressesInSeveralPools', addressField(facts), message, [pools])
  })
