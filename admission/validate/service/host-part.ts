import { formatAddress } from '../../../core/address.ts'
import { annotations } from '../../../core/annotations.ts'
import { formatHostPart } from '../../../core/host-part.ts'
import { describeRefusal } from '../../../core/refusal.ts'
import { annotationField, type Finding, pools, refusals, refuse, type ServiceRule, warn } from './rule.ts'

/** The host part that the Service asks for has no address in the pool that it names, or somebody else has that; or the Service has no IPv6 address at all. */
export const hostPart: ServiceRule = (facts): readonly Finding[] => {
  const { service } = facts
  if (service.hostPart === undefined) return []
  const field = annotationField(facts.annotations, annotations.hostPart)
  if (service.families.length > 0 && !service.families.includes('IPv6')) {
    const message = `host part ${formatHostPart(service.hostPart)} is for an IPv6 address, and the Service is IPv4 only (its cluster IPs); remove it, or set ipFamilies`
    return [warn('WithoutEffect', field, message)]
  }
  const outside = refusals(facts, 'HostPartOutside').map((refusal) => {
    const cure = 'list a larger prefix (a CIDR) there, name another pool, or choose a smaller host part'
    return refuse('AddressInNoPool', field, `${describeRefusal(refusal)}; ${cure}`, [pools])
  })
  const taken = refusals(facts, 'HostPartTaken').map((refusal) => {
    const { by, address } = refusal
    const cure = `choose another host part${by === undefined ? '' : ', or share the address by the same metallb.io/allow-shared-ip'}`
    const evidence = by === undefined ? [pools, { kind: 'nodes' } as const] : [pools, { kind: 'service', key: by } as const]
    const what = `host part ${formatHostPart(service.hostPart ?? 0n)} means ${formatAddress(address)}: ${describeRefusal(refusal)}; ${cure}`
    return refuse(by === undefined ? 'NodeAddress' : 'AddressInUse', field, what, evidence)
  })
  return [...outside, ...taken]
}
