import { byAge } from './age.ts'
import type { Ipam } from './ipam.ts'
import type { NamespaceView } from './namespace.ts'
import type { ServiceView } from './service.ts'

/**
 * Enters into a new `ipam` what every Service holds, oldest first, before anything is handed out: what was decided (`previous`) if its status was perhaps
 * not written yet, else what its status shows. What may not be kept stays shut until its Service was planned.
 */
export function rebuild(
  ipam: Ipam,
  services: readonly ServiceView[],
  namespaceOf: (name: string) => NamespaceView,
  previous: Ipam | undefined,
): void {
  const balanced = services.filter(({ isLoadBalancer }) => isLoadBalancer).toSorted(byAge)
  for (const service of balanced) {
    const decided = previous?.allocationOf(service.key)
    const addresses = decided?.uid === service.uid ? decided.addresses : service.held
    if (addresses.length > 0) ipam.claim(service, addresses, namespaceOf(service.namespace))
  }
  for (const service of balanced) ipam.shut(service, service.held)
}
