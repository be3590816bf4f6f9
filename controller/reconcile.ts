// The shell around plan.ts: watches the cluster, keeps a queue of Services, sends what the plans say. Only a leader has a book, and so plans and writes.

import { formatAddress } from '../core/address.ts'
import { byAge } from '../core/age.ts'
import { annotations } from '../core/annotations.ts'
import { type CompiledPools, compilePools } from '../core/config/pools.ts'
import { createIpam, type Ipam } from '../core/ipam.ts'
import { bareNamespace, type NamespaceView, viewNamespace } from '../core/namespace.ts'
import type { NamespacedName } from '../core/namespaced-name.ts'
import { splitName } from '../core/namespaced-name.ts'
import { viewNode } from '../core/node.ts'
import type { Namespace, Node, Service } from '../core/objects.ts'
import type { PoolPriority } from '../core/pool-order.ts'
import { type LoadBalancerClasses, type ServiceView, viewService } from '../core/service.ts'
import { unreachable } from '../core/unreachable.ts'
import { ApiError, type KubeClient, resources } from '../kube/client.ts'
import type { EventRecorder } from '../kube/events.ts'
import { type Logger, named } from '../kube/logger.ts'
import { WorkQueue } from '../kube/queue.ts'
import { type Change, keyOf } from '../kube/store.ts'
import { ClusterCache } from './io/cluster-cache.ts'
import { type ControllerMetrics, PoolMetrics } from './io/metrics.ts'
import { OwnWrites } from './io/own-writes.ts'
import { type Action, type Book, confirm, listWaiting, openBook, plan, planGone, rebuild } from './plan.ts'

export interface ReconcilerOptions {
  readonly client: KubeClient
  /** Where pools live. */
  readonly namespace: string
  readonly classes: LoadBalancerClasses
  readonly poolPriority: PoolPriority
  /** Asked right before each write. */
  readonly isLeader: () => boolean
  readonly events: EventRecorder
  readonly metrics: ControllerMetrics
  readonly log: Logger
  /** Writes under way at a time; 32 when not set. */
  readonly concurrency?: number
}

/** A stale cache is followed by a watch event, which brings the key back by itself; this is for the event that never comes. */
const conflictRetryMs = 1000
/** A missing permission is granted by people. */
const forbiddenRetryMs = 10_000

type WriteStatus = Extract<Action, { readonly type: 'writeStatus' }>

export class Reconciler {
  readonly #options: ReconcilerOptions
  readonly #log: Logger
  readonly #cache: ClusterCache
  readonly #poolMetrics: PoolMetrics
  #own = new OwnWrites<Service>()
  #compiled: CompiledPools = { pools: [], problems: new Map(), warnings: new Map() }
  /** The log knows that a permission is missing. */
  #isForbidden = false
  #isSynced = false
  /** Pools or the Nodes' addresses changed since `ipam` was made. */
  #isOutdated = false
  #book: Book | undefined
  #queue: WorkQueue | undefined
  #wantsToLead = false

  constructor(options: ReconcilerOptions) {
    this.#options = options
    this.#log = named(options.log, 'controller/reconcile')
    this.#cache = new ClusterCache(options)
    this.#poolMetrics = new PoolMetrics(options.metrics)
  }

  /** Resolves when every cache is warm; from then on `lead` begins at once. */
  async start(): Promise<void> {
    this.#cache.services.subscribe((change) => this.#serviceChanged(change))
    this.#cache.namespaces.subscribe((change) => this.#namespaceChanged(change))
    this.#cache.nodes.subscribe((change) => this.#nodeChanged(change))
    this.#cache.pools.subscribe(() => this.#outdate())
    this.#cache.start()
    await this.#cache.whenSynced()
    this.#isSynced = true
    this.#readConfiguration()
    if (this.#wantsToLead) this.#begin()
  }

  /** What is still missing before this replica could lead; undefined when nothing is. */
  get gap(): string | undefined {
    return this.#isSynced ? undefined : `waiting for the first list of ${this.#cache.missing.join(', ')}`
  }

  lead(): void {
    this.#wantsToLead = true
    if (this.#isSynced) this.#begin()
  }

  /** Resolves when the last write under way has ended. */
  async follow(): Promise<void> {
    this.#wantsToLead = false
    this.#book = undefined
    this.#poolMetrics.hide()
    const queue = this.#queue
    this.#queue = undefined
    await queue?.stop()
  }

  async stop(): Promise<void> {
    await this.follow()
    await this.#cache.stop()
  }

  #begin(): void {
    const { log, concurrency = 32 } = this.#options
    this.#own = new OwnWrites()
    this.#queue = new WorkQueue({ process: (key) => this.#process(key), concurrency, log })
    this.#isOutdated = false
    const services = this.#views()
    this.#book = openBook(this.#rebuiltIpam(services, undefined))
    this.#log.info({ event: 'bookRebuilt', services: services.length, held: this.#book.ipam.allocations().length })
    this.#enqueueAll(services)
  }

  #serviceChanged(change: Change<Service>): void {
    if (this.#book === undefined) return
    const key = keyOf(change.object) as NamespacedName
    if (change.type === 'deleted' || this.#concerns(this.#book, key, viewService(change.object, this.#options.classes)))
      this.#queue?.add(key)
  }

  /** Most Services of a cluster are nothing to us. */
  #concerns({ ipam, waiting }: Book, key: NamespacedName, view: ServiceView): boolean {
    return view.isLoadBalancer || view.allocatedFromPool !== undefined || waiting.has(key) || ipam.allocationOf(key) !== undefined
  }

  #namespaceChanged(change: Change<Namespace>): void {
    if (this.#book === undefined || change.type === 'deleted') return
    const facts = (namespace: Namespace): string => {
      const { labels, defaultPool } = viewNamespace(namespace)
      return JSON.stringify([Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)), defaultPool])
    }
    if (change.type === 'modified' && facts(change.previous) === facts(change.object)) return
    const { name } = viewNamespace(change.object)
    this.#enqueueAll(this.#views().filter(({ namespace }) => namespace === name))
  }

  #nodeChanged(change: Change<Node>): void {
    const texts = (node: Node): string => viewNode(node).addresses.map(formatAddress).join()
    if (change.type !== 'modified' || texts(change.previous) !== texts(change.object)) this.#outdate()
  }

  /** Many objects change in one turn when a list comes in: the configuration is read once after it. */
  #outdate(): void {
    if (!this.#isSynced || this.#isOutdated) return
    this.#isOutdated = true
    queueMicrotask(() => this.#refresh())
  }

  /** Everything that holds an address keeps it if it may; then all are looked at anew. */
  #refresh(): void {
    if (!this.#isOutdated) return
    this.#isOutdated = false
    this.#readConfiguration()
    const book = this.#book
    if (book === undefined) return
    const services = this.#views()
    this.#book = { ...book, ipam: this.#rebuiltIpam(services, book.ipam) }
    this.#enqueueAll(services)
  }

  #readConfiguration(): void {
    const { metrics } = this.#options
    this.#compiled = compilePools(this.#cache.pools.list())
    metrics.metallb_k8s_client_config_loaded_bool.set(1)
    metrics.metallb_k8s_client_config_stale_bool.set(this.#compiled.problems.size > 0 ? 1 : 0)
    for (const [pool, problems] of this.#compiled.problems) {
      for (const { code, field, message } of problems) this.#log.warn({ event: 'poolProblem', pool, reason: code, field, problem: message })
    }
  }

  #rebuiltIpam(services: readonly ServiceView[], previous: Ipam | undefined): Ipam {
    const reserved = this.#cache.nodes.list().flatMap((node) => viewNode(node).addresses)
    const ipam = createIpam(this.#compiled.pools, { poolPriority: this.#options.poolPriority, reserved })
    rebuild(ipam, services, (name) => this.#namespaceView(name) ?? bareNamespace(name), previous)
    this.#poolMetrics.show(ipam)
    return ipam
  }

  #enqueueAll(services: readonly ServiceView[]): void {
    const book = this.#book
    if (book === undefined) return
    for (const service of services.toSorted(byAge)) if (this.#concerns(book, service.key, service)) this.#queue?.add(service.key)
  }

  #views(): readonly ServiceView[] {
    return this.#cache.services.list().flatMap((object) => this.#view(keyOf(object)) ?? [])
  }

  #view(key: string): ServiceView | undefined {
    const object = this.#own.latest(key, this.#cache.services.get(key))
    return object === undefined ? undefined : viewService(object, this.#options.classes)
  }

  #namespaceView(name: string): NamespaceView | undefined {
    const object = this.#cache.namespaces.get(name)
    return object === undefined ? undefined : viewNamespace(object)
  }

  async #process(key: string): Promise<void> {
    const book = this.#book
    if (book === undefined) return
    this.#options.metrics.metallb_k8s_client_updates_total.inc()
    const service = this.#view(key)
    if (service === undefined) {
      await this.#perform(planGone(book, key as NamespacedName), key)
      return
    }
    const namespace = this.#namespaceView(splitName(key).namespace)
    // Its Namespace is older than the Service, so its event is on the way and brings the Service back.
    if (namespace === undefined) return
    await this.#perform(plan(book, service, namespace), key)
  }

  async #perform(actions: readonly Action[], key: string): Promise<void> {
    for (const action of actions) {
      switch (action.type) {
        case 'emitEvent':
          this.#emit(action)
          break
        case 'reconsider':
          this.#queue?.add(action.service)
          break
        case 'retryWaiting':
          this.#retryWaiting()
          break
        case 'writeStatus':
          if (!(await this.#write(action, key))) return
          break
        default:
          unreachable(action)
      }
    }
    if (this.#book !== undefined) this.#poolMetrics.show(this.#book.ipam)
  }

  #retryWaiting(): void {
    if (this.#book !== undefined) for (const waiting of listWaiting(this.#book)) this.#queue?.add(waiting)
  }

  #emit({ service, severity, reason, message }: Extract<Action, { readonly type: 'emitEvent' }>): void {
    this.#log[severity === 'Warning' ? 'warn' : 'info']({ event: reason, service, message })
    const object = this.#own.latest(service, this.#cache.services.get(service))
    if (object !== undefined) this.#options.events.event(object, severity, reason, message)
  }

  /** @returns whether the API server took it and this replica still leads */
  async #write(action: WriteStatus, key: string): Promise<boolean> {
    const { client, isLeader, metrics } = this.#options
    const before = this.#own.latest(key, this.#cache.services.get(key))
    if (before === undefined || !isLeader()) return false
    try {
      const written = await client.patch<Service>(resources.services, splitName(key).name, {
        namespace: splitName(key).namespace,
        subresource: 'status',
        patch: 'merge',
        body: statusPatch(action),
      })
      this.#isForbidden = false
      this.#own.record(key, before, written)
      if (action.pool !== undefined) metrics.metallb_allocator_addresses_allocated_total.inc({ pool: action.pool }, action.addresses.length)
      if (this.#book !== undefined) await this.#perform(confirm(this.#book, action.service), key)
      return this.#book !== undefined
    } catch (error) {
      if (this.#forgive(error, key)) return false
      metrics.metallb_k8s_client_update_errors_total.inc()
      throw error
    }
  }

  /** Failures that are part of life. Everything else is tried again with growing pauses. */
  #forgive(error: unknown, key: string): boolean {
    if (!(error instanceof ApiError)) return false
    switch (error.status) {
      case 404:
        // Deleted meanwhile: its event is on the way.
        return true
      case 409:
        this.#log.debug({ event: 'writeConflict', service: key })
        this.#queue?.addAfter(key, conflictRetryMs)
        return true
      case 403:
        if (!this.#isForbidden) this.#log.error({ event: 'permissionMissing', err: error })
        this.#isForbidden = true
        this.#queue?.addAfter(key, forbiddenRetryMs)
        return true
      default:
        return false
    }
  }
}

/** One write for status and annotation: the status endpoint keeps metadata. It is refused (409) when the Service changed since it was planned. */
function statusPatch({ resourceVersion, addresses, pool }: WriteStatus): unknown {
  return {
    metadata: { resourceVersion, annotations: { [annotations.allocatedFromPool]: pool ?? null } },
    status: { loadBalancer: { ingress: addresses.length === 0 ? null : addresses.map((ip) => ({ ip, ipMode: 'VIP' })) } },
  }
}
