// What a review knows of the cluster besides the object under review.
import type { ClusterNetwork } from '../core/cluster-network.ts'
import { type CompiledPools } from '../core/config/pools.ts'
import type { Ipam } from '../core/ipam.ts'
import type { NamespaceView, ServiceAdmission } from '../core/namespace.ts'
import type { NamespacedName } from '../core/namespaced-name.ts'
import type { NodeView } from '../core/node.ts'
import type { Service } from '../core/objects.ts'
import type { PoolPriority } from '../core/pool-order.ts'
import type { Labels } from '../core/selector.ts'
import type { LoadBalancerClasses } from '../core/service.ts'
import type { IPAddressPool } from '../schemas/generated/types.ts'
import type { StoredConfiguration } from './stored.ts'

export interface World extends StoredConfiguration {
  /** The namespace in which MetalLB runs: the only one whose objects count. */
  readonly namespace: string
  readonly classes: LoadBalancerClasses
  readonly poolPriority: PoolPriority
  /** What is done about wrong Services, unless their Namespace says otherwise. */
  readonly serviceAdmission: ServiceAdmission
  /** `--ignore-exclude-lb` of the speakers. */
  readonly ignoresExcludeLabel: boolean
  /** As stored, all of our namespace. */
  readonly poolObjects: readonly IPAddressPool[]
  /** `poolObjects` compiled. */
  readonly pools: CompiledPools
  /** The books, from what the Services hold; to be asked, not to be changed. */
  ipam(): Ipam
  /** What is known of a Namespace, even if that is only its name. */
  namespaceOf(name: string): NamespaceView
  namespaces(): readonly NamespaceView[]
  nodes(): readonly NodeView[]
  /** As stored; only Services of type LoadBalancer are known. */
  serviceObject(key: NamespacedName): Service | undefined
  /** Those of Pods and of cluster IPs, as far as Kubernetes has objects that tell. */
  clusterNetworks(): readonly ClusterNetwork[]
  /** Of every Service of type LoadBalancer. */
  serviceLabels(): readonly Labels[]
}
