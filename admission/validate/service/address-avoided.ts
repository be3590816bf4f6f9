import { formatAddress } from '../../../core/address.ts'
import { addressField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

export const addressAvoided: ServiceRule = (facts) =>
  refusals(facts, 'AddressAvoided').map(({ address, pool }) => {
    const message = `address ${formatAddress(address)} ends in .0 or .255, which pool "${pool}" never hands out (avoidBuggyIPs: true); ask for another address`
    return refuse('AddressAvoided', addressField(facts), message, [pools])
  })
