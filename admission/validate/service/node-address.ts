import { formatAddress } from '../../../core/address.ts'
import { addressField, refusals, refuse, type ServiceRule } from './rule.ts'

/** It would take the Node off the network. */
export const nodeAddress: ServiceRule = (facts) =>
  refusals(facts, 'NodeAddress').map(({ address }) => {
    const message = `address ${formatAddress(address)} is the own address of a Node and is never handed out; ask for another address`
    return refuse('NodeAddress', addressField(facts), message, [{ kind: 'nodes' }])
  })
