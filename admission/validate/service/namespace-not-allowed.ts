import { listed } from '../listed.ts'
import { addressField, poolField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

/** The named pool, or that of the requested address, serves other namespaces: naming it does not open it. */
export const namespaceNotAllowed: ServiceRule = (facts) =>
  refusals(facts, 'NamespaceNotAllowed').map(({ pool, namespace }) => {
    const asksForAddress = facts.service.requestedAddresses.length > 0
    const field = asksForAddress ? addressField(facts) : poolField(facts)
    const cure = `add the namespace to its spec.serviceAllocation.namespaces, or use another ${asksForAddress ? 'address' : 'pool'}`
    const message = `pool "${pool}" does not serve namespace "${namespace}"${servedBy(facts.ipam.pools, pool)}; ${cure}`
    return refuse('NamespaceNotAllowed', field, message, [pools])
  })

function servedBy(all: Parameters<ServiceRule>[0]['ipam']['pools'], name: string): string {
  const allocation = all.find((pool) => pool.name === name)?.allocation
  const names = [...(allocation?.namespaces ?? [])]
  const selected = (allocation?.namespaceSelectors.length ?? 0) > 0 ? 'those that its namespaceSelectors match' : ''
  return ` but ${[listed(names, 5), selected].filter((part) => part !== '').join(' and ')}`
}
