// The shell around core/service-plan.ts: watches the cluster, keeps a queue of Services, sends what the plans say. Only a leader has a book, and so plans and writes.
import { byAge } from '../core/age.ts'
import { compilePolicies, compilePolicy, type Policy } from '../core/config/policy.ts'
import { type CompiledPools, compilePools } from '../core/config/pools.ts'
import { namespaceFacts, nodeFacts, poolFacts } from '../core/facts.ts'
import { createIpam, type Ipam } from '../core/ipam.ts'
import { bareNamespace, type NamespaceView, viewNamespace } from '../core/namespace.ts'
import { type NamespacedName, splitName } from '../core/namespaced-name.ts'
import { viewNode } from '../core/node.ts'
import type { Namespace, Node, Service } from '../core/objects.ts'
import type { PoolPriority } from '../core/pool-order.ts'
import { rebuild } from '../core/rebuild.ts'
import { type LoadBalancerClasses, type ServiceView, viewService } from '../core/service.ts'
import {
  type Action,
  type Book,
  confirm,
  type EmitEvent,
  listWaiting,
  openBook,
  plan,
  planGone,
  type WriteStatus,
} from '../core/service-plan.ts'
import { unreachable } from '../core/unreachable.ts'
import type { KubeClient } from '../kube/client.ts'
import { type Clock, systemClock } from '../kube/clock.ts'
import type { EventRecorder } from '../kube/events.ts'
import { type Logger, named } from '../kube/logger.ts'
import { WorkQueue } from '../kube/queue.ts'
import { type Change, keyOf, type Store } from '../kube/store.ts'
import type { AllocationPolicy, IPAddressPool } from '../schemas/generated/types.ts'
import { type ControllerMetrics, scrapePools } from './io/metrics.ts'
import { OwnWrites } from './io/own-writes.ts'
import { PoolStatusWriter } from './io/pool-status-writer.ts'
import { StatusWriter } from './io/status-writer.ts'
import { concernsUs } from './relevance.ts'

export interface ReconcilerOptions {
  readonly cluster: Cluster
  readonly client: Pick<KubeClient, 'patch'>
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
  start(): void
  stop(): Promise<void>
  whenSynced(): Promise<void>
}

/** A Service that changed brings its key back by its watch event; this is for the event that never comes. */
const changedRetryMs = 1000
/** A missing permission is granted by people. */
const forbiddenRetryMs = 10_000

export class Reconciler {
  readonly #options: ReconcilerOptions
  readonly #log: Logger
  readonly #cluster: Cluster
  readonly #writer: StatusWriter
  #own = new OwnWrites<Service>()
  #compiled: CompiledPools = compilePools([])
  #policies: readonly Policy[] = []
  /** Problems of pools and policies that the log knows. */
  #toldProblems = new Set<string>()
  #isSynced = false
  /** Pools, policies or the Nodes' addresses changed since `ipam` was made. */
  #isOutdated = false
  #book: Book | undefined
  #poolStatuses: PoolStatusWriter | undefined
  #queue: WorkQueue | undefined
  #wantsToLead = false

  constructor(options: ReconcilerOptions) {
    this.#options = options
    this.#log = named(options.log, 'controller/reconcile')
    this.#cluster = options.cluster
    scrapePools(options.metrics, () => this.#book?.ipam)
    this.#writer = new StatusWriter(options.client, this.#log, options.clock ?? systemClock)
  }

  /** Resolves when every cache is warm; from then on `lead` begins at once. */
  async start(): Promise<void> {
    this.#cluster.services.subscribe((change) => this.#serviceChanged(change))
    this.#cluster.namespaces.subscribe((change) => this.#namespaceChanged(change))
    this.#cluster.nodes.subscribe((change) => this.#nodeChanged(change))
    this.#cluster.pools.subscribe((change) => this.#poolChanged(change))
    this.#cluster.policies.subscribe(() => this.#outdate())
    this.#cluster.start()
    await this.#cluster.whenSynced()
    this.#isSynced = true
    this.#readConfiguration()
    if (this.#wantsToLead) this.#begin()
  }

  /** This replica could lead at once. */
  get isSynced(): boolean {
    return this.#isSynced
  }

  lead(): void {
    this.#wantsToLead = true
    if (this.#isSynced) this.#begin()
  }

  /** Resolves when the last write under way has ended. */
  async follow(): Promise<void> {
    this.#wantsToLead = false
    this.#book = undefined
    this.#options.metrics.metallb_allocator_addresses_allocated_total.reset()
    const [queue, poolStatuses] = [this.#queue, this.#poolStatuses]
    this.#queue = undefined
    this.#poolStatuses = undefined
    await Promise.all([queue?.stop(), poolStatuses?.stop()])
  }

  async stop(): Promise<void> {
    await this.follow()
    await this.#cluster.stop()
  }

  #begin(): void {
    const { client, cluster, concurrency = 32, clock = systemClock, isLeader, log, namespace } = this.#options
    this.#own = new OwnWrites()
    this.#poolStatuses = new PoolStatusWriter({ client, namespace, pools: cluster.pools, isLeader, log, clock })
    this.#queue = new WorkQueue({ process: (key) => this.#process(key), concurrency, log, clock })
    this.#isOutdated = false
    this.#readConfiguration()
    const services = this.#views()
    this.#book = openBook(this.#rebuiltIpam(services, undefined))
    this.#log.info({ event: 'bookRebuilt', services: services.length, held: this.#book.ipam.allocations().length })
    this.#enqueueAll(services)
  }

  #serviceChanged(change: Change<Service>): void {
    if (this.#book === undefined) return
    const view = viewService(change.object, this.#options.classes)
    if (concernsUs(this.#book, view)) this.#queue?.add(view.key)
  }

  #namespaceChanged(change: Change<Namespace>): void {
    if (this.#book === undefined || change.type === 'deleted') return
    if (change.type === 'modified' && namespaceFacts(change.previous) === namespaceFacts(change.object)) return
    const { name } = viewNamespace(change.object)
    this.#enqueueAll(this.#views().filter(({ namespace }) => namespace === name))
  }

  #poolChanged(change: Change<IPAddressPool>): void {
    if (change.type === 'deleted') {
      const { name: pool = '' } = change.object.metadata
      this.#options.metrics.metallb_allocator_addresses_allocated_total.remove({ pool })
    }
    if (change.type !== 'modified' || poolFacts(change.previous) !== poolFacts(change.object)) this.#outdate()
    // Somebody may have edited the status.
    else if (this.#book !== undefined) this.#poolStatuses?.show(this.#book.ipam)
  }

  #nodeChanged(change: Change<Node>): void {
    if (change.type !== 'modified' || nodeFacts(change.previous) !== nodeFacts(change.object)) this.#outdate()
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
    this.#compiled = compilePools(this.#cluster.pools.list())
    this.#policies = compilePolicies(this.#cluster.policies.list())
    metrics.metallb_k8s_client_config_loaded_bool.set(1)
    const ofPools = [...this.#compiled.problems].flatMap(([pool, problems]) =>
      problems.map((each) => ({ event: 'poolProblem', pool, ...each })),
    )
    const ofPolicies = this.#cluster.policies.list().flatMap((object) => {
      const { name: policy = '' } = object.metadata
      return compilePolicy(object).problems.map((each) => ({ event: 'policyProblem', policy, ...each }))
    })
    const all = [...ofPools, ...ofPolicies]
    metrics.metallb_k8s_client_config_stale_bool.set(all.length > 0 ? 1 : 0)
    this.#options.onConfiguration?.(all.map(({ message, code }) => `${message} [${code}]`))
    const told = this.#toldProblems
    this.#toldProblems = new Set(all.map(({ message }) => message))
    for (const { code, message, reason: _, value: __, ...subject } of all)
      if (!told.has(message)) this.#log.warn({ ...subject, reason: code, problem: message })
  }

  #rebuiltIpam(services: readonly ServiceView[], previous: Ipam | undefined): Ipam {
    const reserved = this.#cluster.nodes.list().flatMap((node) => viewNode(node).addresses)
    const ipam = createIpam(this.#compiled.pools, {
      poolPriority: this.#options.poolPriority,
      reserved,
      policies: this.#policies,
    })
    rebuild(ipam, services, (name) => this.#namespaceView(name) ?? bareNamespace(name), previous)
    this.#poolStatuses?.show(ipam)
    return ipam
  }

  #enqueueAll(services: readonly ServiceView[]): void {
    const book = this.#book
    if (book === undefined) return
    for (const service of services.toSorted(byAge)) if (concernsUs(book, service)) this.#queue?.add(service.key)
  }

  #views(): readonly ServiceView[] {
    return this.#cluster.services.list().flatMap((object) => this.#view(keyOf(object)) ?? [])
  }

  #view(key: string): ServiceView | undefined {
    const object = this.#own.latest(key, this.#cluster.services.get(key))
    return object === undefined ? undefined : viewService(object, this.#options.classes)
  }

  #namespaceView(name: string): NamespaceView | undefined {
    const object = this.#cluster.namespaces.get(name)
    return object === undefined ? undefined : viewNamespace(object)
  }

  /** Our Namespace goes, and its pools before us: that is the end of MetalLB here, no wish to take every Service its address. */
  get #isEnding(): boolean {
    return this.#cluster.namespaces.get(this.#options.namespace)?.metadata.deletionTimestamp !== undefined
  }

  async #process(key: string): Promise<void> {
    const book = this.#book
    if (book === undefined || this.#isEnding) return
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
    if (this.#book !== undefined) this.#poolStatuses?.show(this.#book.ipam)
  }

  #retryWaiting(): void {
    if (this.#book !== undefined) for (const waiting of listWaiting(this.#book)) this.#queue?.add(waiting)
  }

  #emit({ service, severity, reason, message }: EmitEvent): void {
    this.#log[severity === 'Warning' ? 'warn' : 'info']({ event: reason, service, message })
    const object = this.#own.latest(service, this.#cluster.services.get(service))
    if (object !== undefined) this.#options.events.event(object, severity, reason, message)
  }

  /** @returns whether the API server took it and this replica still leads */
  async #write(action: WriteStatus, key: string): Promise<boolean> {
    const { isLeader, metrics } = this.#options
    const before = this.#own.latest(key, this.#cluster.services.get(key))
    if (before === undefined) return false
    if (!isLeader()) {
      // Either `follow` comes, or the lease was renewed a moment late.
      this.#queue?.addAfter(key, changedRetryMs)
      return false
    }
    const outcome = await this.#writer.write(action, before).catch((error: unknown) => {
      metrics.metallb_k8s_client_update_errors_total.inc()
      throw error
    })
    switch (outcome.type) {
      case 'written':
        this.#own.record(key, before, outcome.object)
        if (action.pool !== undefined)
          metrics.metallb_allocator_addresses_allocated_total.inc({ pool: action.pool }, action.addresses.length)
        if (this.#book === undefined) return false
        await this.#perform(confirm(this.#book, action.service), key)
        return true
      case 'changed':
        this.#queue?.addAfter(key, changedRetryMs)
        return false
      case 'forbidden':
        this.#queue?.addAfter(key, forbiddenRetryMs)
        return false
      case 'gone':
        // Its event is on the way.
        return false
      default:
        return unreachable(outcome)
    }
  }
}
