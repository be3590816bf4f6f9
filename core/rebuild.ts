import { byAge } from './age.ts'
import type { Allocation } from './allocation.ts'
import type { Ipam } from './ipam.ts'
import type { NamespaceView } from './namespace.ts'
import type { NamespacedName } from './namespaced-name.ts'
import type { ServiceView } from './service.ts'

/**
 * Enters what Services hold of which `ipam` has nothing, oldest first, before anything is handed out: what was decided if its status was perhaps not written
 * yet, else what its status shows. What may not be kept stays shut until its Service was planned.
 */
export function rebuild(
  ipam: Ipam,
  services: readonly ServiceView[],
  namespaceOf: (name: string) => NamespaceView,
  decidedOf: (key: NamespacedName) => Allocation | undefined = () => undefined,
): void {
  const balanced = services.filter(({ isLoadBalancer }) => isLoadBalancer).toSorted(byAge)
  for (const service of balanced) {
    const decided = decidedOf(service.key)
    const addresses = decided?.uid === service.uid ? decided.addresses : service.held
    if (addresses.length > 0) ipam.claim(service, addresses, namespaceOf(service.namespace))
  }
  for (const service of balanced) ipam.shut(service, service.held)
}
