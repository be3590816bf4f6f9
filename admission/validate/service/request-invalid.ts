import { asksTwice } from './requested-twice.ts'
import { annotationField, refuse, type ServiceRule } from './rule.ts'

/** Text where an address is wanted, a list that is none, or a number that cannot be. */
export const requestInvalid: ServiceRule = (facts) => {
  const { requestFault } = facts.service
  if (requestFault === undefined || asksTwice(facts)) return []
  const { field, message } = requestFault
  return [refuse('RequestInvalid', field.startsWith('spec.') ? field : annotationField(facts.annotations, field), message)]
}
