import { formatAddress } from '../../../core/address.ts'
import { annotations } from '../../../core/annotations.ts'
import { formatSecond } from '../../../core/rfc3339.ts'
import { addressField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

/** Its Service has gone and may come back. */
export const addressHeld: ServiceRule = (facts) =>
  refusals(facts, 'AddressHeld').map(({ address, pool, service, until }) => {
    const reason = `pool "${pool}" holds the addresses of deleted Services (${annotations.hold})`
    const cure = `ask for another address, wait, or shorten ${annotations.hold} of the pool`
    const message = `address ${formatAddress(address)} is held for Service ${service} until ${formatSecond(until)}, because ${reason}; ${cure}`
    return refuse('AddressHeld', addressField(facts), message, [pools, { kind: 'service', key: service }])
  })
