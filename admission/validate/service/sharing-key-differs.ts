import { formatAddress } from '../../../core/address.ts'
import { annotations } from '../../../core/annotations.ts'
import { quote } from '../../../core/quote.ts'
import { annotationField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

export const sharingKeyDiffers: ServiceRule = (facts) =>
  refusals(facts, 'SharingKeyDiffers').map(({ address, by, wanted, held }) => {
    const message = `address ${formatAddress(address)} is shared under the key ${quote(held)} (Service ${by}), not under ${quote(wanted)}; write ${quote(held)} or ask for another address`
    const field = annotationField(facts.annotations, annotations.allowSharedIP)
    return refuse('SharingKeyDiffers', field, message, [pools, { kind: 'service', key: by }])
  })
