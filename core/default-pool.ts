import { isAbout, type Policy } from './config/policy.ts'
import type { NamespaceView } from './namespace.ts'
import { isOpenTo, type PoolOrder } from './pool-order.ts'
import type { ServiceView } from './service.ts'

/**
 * The pool that a Service prefers because somebody set a default: the Namespace's `metallb.io/default-pool`, else the pool with
 * `metallb.io/is-default-pool: "true"`, else the first `defaultPool` of the policies, by name, that are about it. None for a Service that names a pool or an address itself, and none while a pool with
 * serviceAllocation applies to it, because a default never defeats priorities. A pool that may not be used without being named is no default.
 */
export function defaultPoolFor(
  service: ServiceView,
  namespace: NamespaceView,
  order: PoolOrder,
  policies: readonly Policy[],
): string | undefined {
  const { requestedPools, requestedAddresses, requestFault } = service
  const asksByName = requestedPools.length > 0 || requestedAddresses.length > 0 || requestFault !== undefined
  if (!service.isLoadBalancer || asksByName || order.pinned(service, namespace).length > 0) return undefined
  if (namespace.defaultPool === undefined && order.clusterDefault === undefined && policies.length === 0) return undefined
  // One with serviceAllocation that were open would have been among the pinned.
  const isOpen = (name: string | undefined): boolean => {
    const pool = order.get(name)
    return pool !== undefined && isOpenTo(pool, service, namespace)
  }
  if (isOpen(namespace.defaultPool)) return namespace.defaultPool
  if (isOpen(order.clusterDefault?.name)) return order.clusterDefault?.name
  return policies.find((policy) => isOpen(policy.defaultPool) && isAbout(policy, service, namespace))?.defaultPool
}
