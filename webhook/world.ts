// What a review knows of the cluster besides the object under review.
import { type CompiledPools, compilePools } from '../core/config/pools.ts'
import { type NamespaceView } from '../core/namespace.ts'
import type { LoadBalancerClasses } from '../core/service.ts'
import type { IPAddressPool } from '../schemas/generated/types.ts'

export interface World {
  /** The namespace in which MetalLB runs: the only one whose objects count. */
  readonly namespace: string
  readonly classes: LoadBalancerClasses
  /** As stored, all of our namespace. */
  readonly poolObjects: readonly IPAddressPool[]
  /** `poolObjects` compiled. */
  readonly pools: CompiledPools
  namespaceOf(name: string): NamespaceView
}

export function makeWorld(
  poolObjects: readonly IPAddressPool[],
  rest: Pick<World, 'namespace' | 'classes' | 'namespaceOf'> & { readonly pools?: CompiledPools },
): World {
  return { ...rest, poolObjects, pools: rest.pools ?? compilePools(poolObjects) }
}
