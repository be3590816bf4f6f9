import { formatAddress } from '../../../core/address.ts'
import { annotations } from '../../../core/annotations.ts'
import { addressField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

export const addressInUse: ServiceRule = (facts) =>
  refusals(facts, 'AddressInUse').map(({ address, by }) => {
    const mayShare = facts.ipam.allocationOf(by)?.tenant.sharingKey !== undefined
    const share = mayShare ? 'give this Service the same' : 'give both Services the same'
    const message = `address ${formatAddress(address)} is in use by Service ${by}; ask for another address, or ${share} ${annotations.allowSharedIP}`
    return refuse('AddressInUse', addressField(facts), message, [pools, { kind: 'service', key: by }])
  })
