import { describeRefusal, type Refusal } from '../../../core/refusal.ts'
import { type ServiceRule, warn } from './rule.ts'

/** Not the Service's mistake: it is stored, and waits until the cluster changes. */
const waitsFor: ReadonlySet<Refusal['reason']> = new Set(['NoPools', 'NoPoolAvailable', 'NoClusterAddress', 'PoolFrozen'])

export const servicePending: ServiceRule = ({ service, outcome }) => {
  const asksByName = service.requestedPool?.isDefault === false
  if (outcome.ok || !waitsFor.has(outcome.error.reason)) return []
  // What is wrong with the pool that it names has its own codes.
  if (asksByName && outcome.error.reason === 'NoPoolAvailable') return []
  return [
    warn(
      'ServicePending',
      'spec.type',
      `will stay pending because ${describeRefusal(outcome.error).replace(/^no available IPs: /, 'no pool can serve it: ')}`,
    ),
  ]
}
