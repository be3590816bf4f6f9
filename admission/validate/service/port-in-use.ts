import { formatAddress } from '../../../core/address.ts'
import { pools, refusals, refuse, type ServiceRule } from './rule.ts'

/** Services that share an address must have different ports, each protocol by itself. */
export const portInUse: ServiceRule = (facts) =>
  refusals(facts, 'PortInUse').map(({ address, by, port }) => {
    const index = facts.service.ports.findIndex((own) => `${own.protocol}/${own.port}` === port)
    const message = `port ${port} of address ${formatAddress(address)} is in use by Service ${by}, which shares the address; use another port or ask for another address`
    return refuse('PortInUse', `spec.ports[${index}]`, message, [pools, { kind: 'service', key: by }])
  })
