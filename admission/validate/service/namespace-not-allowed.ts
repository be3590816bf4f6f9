import { addressField, poolField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

const shown = 5

/** The named pool, or that of the requested address, serves other namespaces: naming it does not open it. */
export const namespaceNotAllowed: ServiceRule = (facts) =>
  refusals(facts, 'NamespaceNotAllowed').map(({ pool, namespace }) => {
    const { requestedAddresses } = facts.service
    const asksForAddress = requestedAddresses.ok && requestedAddresses.value.length > 0
    const field = asksForAddress ? addressField(facts) : poolField(facts)
    const cure = `add the namespace to its spec.serviceAllocation.namespaces, or use another ${asksForAddress ? 'address' : 'pool'}`
    const message = `pool "${pool}" does not serve namespace "${namespace}"${servedBy(facts.ipam.pools, pool)}; ${cure}`
    return refuse('NamespaceNotAllowed', field, message, [pools])
  })

function servedBy(all: Parameters<ServiceRule>[0]['ipam']['pools'], name: string): string {
  const allocation = all.find((pool) => pool.name === name)?.allocation
  const names = [...(allocation?.namespaces ?? [])]
  const more = names.length > shown ? ` and ${names.length - shown} more` : ''
  const selected = (allocation?.namespaceSelectors.length ?? 0) > 0 ? 'those that its namespaceSelectors match' : ''
  const listed = names.length === 0 ? '' : `${names.slice(0, shown).join(', ')}${more}`
  return ` but ${[listed, selected].filter((part) => part !== '').join(' and ')}`
}
