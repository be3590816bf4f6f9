import { formatAddress } from '../../../core/address.ts'
import { describeRefusal } from '../../../core/refusal.ts'
import { type ServiceRule, warn } from './rule.ts'

/** Clients that know the old address lose the Service. */
export const addressWillChange: ServiceRule = ({ service, outcome }) => {
  if (!outcome.ok || outcome.value.lost === undefined) return []
  const [held, next] = [service.held, outcome.value.addresses].map((list) => list.map(formatAddress).join(', '))
  if (held === next) return []
  return [warn('AddressWillChange', 'status.loadBalancer', `will lose ${held} and get ${next}: ${describeRefusal(outcome.value.lost)}`)]
}
