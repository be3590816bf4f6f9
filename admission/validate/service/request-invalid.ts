import { asksTwice } from './requested-twice.ts'
import { addressField, refuse, type ServiceRule } from './rule.ts'

/** Text where an address is wanted, or more than one of a family. */
export const requestInvalid: ServiceRule = (facts) => {
  const { requestedAddresses } = facts.service
  return requestedAddresses.ok || asksTwice(facts) ? [] : [refuse('RequestInvalid', addressField(facts), requestedAddresses.error)]
}
