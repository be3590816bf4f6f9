import { asksTwice } from './requested-twice.ts'
import { annotationField, refuse, type ServiceRule } from './rule.ts'

/** Text where an address is wanted, a list that is none, or a number that cannot be. */
export const requestInvalid: ServiceRule = (facts) => {
  const { requestFault, furtherFaults = [] } = facts.service
  if (requestFault === undefined) return []
  const faults = asksTwice(facts) ? furtherFaults : [requestFault, ...furtherFaults]
  return faults.map(({ field, message }) =>
    refuse('RequestInvalid', field.startsWith('spec.') ? field : annotationField(facts.annotations, field), message),
  )
}
