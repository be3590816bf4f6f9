import { formatAddress } from '../../../core/address.ts'
import { tenantOf } from '../../../core/tenant.ts'
import { pools, refusals, refuse, type ServiceCase, type ServiceRule } from './rule.ts'

/** With policy Local the nodes that have the pods attract the traffic: Services on one address must agree on the pods. */
export const backendsDiffer: ServiceRule = (facts) =>
  refusals(facts, 'BackendsDiffer').map(({ address, by }) => {
    const [field, difference] = differenceTo(facts, facts.ipam.allocationOf(by)?.tenant.backendKey)
    const message = `address ${formatAddress(address)} cannot be shared with Service ${by}: ${difference}; make both alike or ask for another address`
    return refuse('BackendsDiffer', field, message, [pools, { kind: 'service', key: by }])
  })

function differenceTo({ service }: ServiceCase, theirs: string | undefined): readonly [field: string, difference: string] {
  const own = tenantOf(service).backendKey
  // The other is on its way off the address, and its books are closed.
  if (theirs === undefined) return ['spec.externalTrafficPolicy', 'externalTrafficPolicy or selector differs']
  const policy = (key: string): string => (key === '' ? 'Cluster' : 'Local')
  if (policy(own) !== policy(theirs))
    return ['spec.externalTrafficPolicy', `externalTrafficPolicy is ${policy(theirs)} there and ${policy(own)} here`]
  return [
    'spec.selector',
    `with externalTrafficPolicy Local the selectors must be the same: ${labelsOf(theirs)} there, ${labelsOf(own)} here`,
  ]
}

/** A backend key holds the labels of a selector, sorted. */
function labelsOf(backendKey: string): string {
  const text = (JSON.parse(backendKey) as readonly (readonly [string, string])[]).map(([key, value]) => `${key}=${value}`).join(',')
  return text.length > 60 ? `${text.slice(0, 60)}…` : text === '' ? '(none)' : text
}
