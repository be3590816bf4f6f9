// What the reconciler works with.
import type { ConfigMap, Namespace, Node, Service } from '../../core/objects.ts'
import type { PoolPriority } from '../../core/pool-order.ts'
import type { LoadBalancerClasses } from '../../core/service.ts'
import type { KubeClient } from '../../kube/client.ts'
import type { Clock } from '../../kube/clock.ts'
import type { EventRecorder } from '../../kube/events.ts'
import type { Logger } from '../../kube/logger.ts'
import type { Store } from '../../kube/store.ts'
import type { AllocationPolicy, IPAddressPool } from '../../schemas/generated/types.ts'
import type { ControllerMetrics } from './metrics.ts'

export interface ReconcilerOptions {
  readonly cluster: Cluster
  readonly client: Pick<KubeClient, 'create' | 'patch'>
  /** MetalLB's own. */
  readonly namespace: string
  readonly classes: LoadBalancerClasses
  readonly poolPriority: PoolPriority
  /** Asked right before each write. */
  readonly isLeader: () => boolean
  /** The pools were read: what is wrong with them, in complete sentences. */
  readonly onConfiguration?: (problems: readonly string[]) => void
  readonly events: Pick<EventRecorder, 'event'>
  readonly metrics: ControllerMetrics
  readonly log: Logger
  /** Writes under way at a time; 32 when not set. */
  readonly concurrency?: number
  readonly clock?: Clock
}

/** What is read of the cluster, on every replica. */
export interface Cluster {
  readonly services: Store<Service>
  readonly namespaces: Store<Namespace>
  readonly nodes: Store<Node>
  readonly pools: Store<IPAddressPool>
  readonly policies: Store<AllocationPolicy>
  /** The ConfigMap of released addresses, if it exists. */
  readonly releases: Store<ConfigMap>
  start(): void
  stop(): Promise<void>
  whenSynced(): Promise<void>
  /** Resolves when the Services are as new as that version, or when the signal aborts. */
  catchUp(version: string, signal: AbortSignal): Promise<void>
}
