// The shell around core/service-plan.ts: watches the cluster, keeps a queue of Services, sends what the plans say. Only a leader has a book, and so plans and writes.

import { byAge } from '../core/age.ts'
import { type Book, type BookSource, openBook, reconfigureBook } from '../core/book.ts'
import { namespaceFacts, nodeFacts, poolFacts } from '../core/facts.ts'
import { type Configuration, createIpam } from '../core/ipam.ts'
import { bareNamespace, type NamespaceView, viewNamespace } from '../core/namespace.ts'
import { type NamespacedName, splitName } from '../core/namespaced-name.ts'
import type { EmitEvent } from '../core/news.ts'
import type { Namespace, Node, Service } from '../core/objects.ts'
import { latest } from '../core/resource-version.ts'
import { type ServiceView, viewService } from '../core/service.ts'
import { type Action, confirm, hear, plan, planGone, planLater, planReleased, type WriteStatus } from '../core/service-plan.ts'
import { unreachable } from '../core/unreachable.ts'
import { type Clock, systemClock } from '../kube/clock.ts'
import { type Logger, named } from '../kube/logger.ts'
import { WorkQueue } from '../kube/queue.ts'
import { observeQueue, scrapeDepths } from '../kube/queue-metrics.ts'
import { type Change, keyOf } from '../kube/store.ts'
import type { IPAddressPool } from '../schemas/generated/types.ts'
import { ConfigurationReader } from './io/configuration.ts'
import { scrapePools, scrapeWaiting } from './io/metrics.ts'
import { NotePace } from './io/note-pace.ts'
import { OwnWrites } from './io/own-writes.ts'
import { PoolStatusWriter } from './io/pool-status-writer.ts'
import type { Cluster, ReconcilerOptions } from './io/reconciler-options.ts'
import { ReleaseKeeper } from './io/release-keeper.ts'
import { StatusWriter } from './io/status-writer.ts'
import { KeysByNamespace } from './keys-by-namespace.ts'
import { concernsUs, showsNews } from './relevance.ts'

/** Where reading all pools takes longer than this, there are thousands of them: when they come one by one, most of the time is left to the Services. */
const quickMs = 20
const pausePerReading = 2

/** A Service that changed brings its key back by its watch event; this is for the event that never comes. */
const changedRetryMs = 1000
/** So often one Service is tried while a permission is missing, which people grant; the others wait for its success. */
const forbiddenRetryMs = 1000
/** A version that never comes was not the API server's. */
const longestCatchUpMs = 10_000

export class Reconciler {
  readonly #options: ReconcilerOptions
  readonly #clock: Clock
  readonly #log: Logger
  readonly #cluster: Cluster
  readonly #writer: StatusWriter
  #own = new OwnWrites<Service>()
  /** Each object is read once, a follower's too: whoever takes over has thousands of them to go by. */
  readonly #viewed = new WeakMap<Service, ServiceView>()
  readonly #configuration: ConfigurationReader
  /** Of type LoadBalancer. */
  readonly #keys = new KeysByNamespace()
  readonly #pace = new NotePace()
  /** Since when there is reason to look at a Service (monotonic). */
  readonly #due = new Map<string, number>()
  readonly #releases: ReleaseKeeper
  #isSynced = false
  /** Pools, policies or the Nodes' addresses changed since they were read. */
  #isOutdated = false
  /** When they were read last (monotonic), and how long that took. */
  #lastReading = { endedAt: 0, tookMs: 0 }
  #book: Book | undefined
  #poolStatuses: PoolStatusWriter | undefined
  #queue: WorkQueue | undefined
  /** Services whose status we may not write. */
  readonly #refused = new Set<string>()
  /** Aborted when this replica leads no more; undefined while it follows. */
  #leading: AbortController | undefined
  #earlierWrite = ''

  constructor(options: ReconcilerOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#log = named(options.log, 'controller/reconcile')
    this.#cluster = options.cluster
    scrapePools(options.metrics, () => this.#book?.ipam)
    scrapeWaiting(options.metrics, () => this.#book?.waiting.size ?? 0)
    scrapeDepths(options.metrics, () => ({ services: this.#queue }))
    this.#configuration = new ConfigurationReader(options)
    this.#writer = new StatusWriter(options.client, this.#log, this.#clock)
    this.#releases = new ReleaseKeeper({
      ...options,
      clock: this.#clock,
      view: (service) => viewService(service, options.classes),
      onChange: (addresses) => {
        if (this.#book !== undefined) void this.#perform(planReleased(this.#book, addresses), '')
      },
    })
  }

  /** Resolves when every cache is warm; from then on `lead` begins at once. */
  async start(): Promise<void> {
    this.#releases.start()
    this.#cluster.services.subscribe((change) => this.#serviceChanged(change))
    this.#cluster.namespaces.subscribe((change) => this.#namespaceChanged(change))
    this.#cluster.nodes.subscribe((change) => this.#nodeChanged(change))
    this.#cluster.pools.subscribe((change) => this.#poolChanged(change))
    this.#cluster.policies.subscribe(() => this.#outdate())
    this.#cluster.start()
    await this.#cluster.whenSynced()
    this.#isSynced = true
    this.#read()
    this.#releases.read()
    if (this.#leading !== undefined) void this.#takeOver(this.#leading.signal)
  }

  /** Statuses are to be written. */
  get isBusy(): boolean {
    return this.#queue !== undefined && this.#queue.depth > 0
  }

  /** This replica could lead at once. */
  get isSynced(): boolean {
    return this.#isSynced
  }

  /** @param lastWrite the resourceVersion of the last status that an earlier leader is known to have written */
  lead(lastWrite: string): void {
    this.#leading = new AbortController()
    this.#earlierWrite = lastWrite
    if (this.#isSynced) void this.#takeOver(this.#leading.signal)
  }

  /** The resourceVersion of the last status that this replica wrote; '' for none. */
  get lastWrite(): string {
    return this.#writer.lastWrite
  }

  /** Resolves when the last write under way has ended. */
  async follow(): Promise<void> {
    this.#leading?.abort()
    this.#leading = undefined
    this.#book = undefined
    this.#options.metrics.metallb_allocator_addresses_allocated_total.reset()
    const [queue, poolStatuses] = [this.#queue, this.#poolStatuses]
    this.#queue = undefined
    this.#poolStatuses = undefined
    this.#due.clear()
    await Promise.all([queue?.stop(), poolStatuses?.stop(), this.#releases.follow()])
  }

  async stop(): Promise<void> {
    await this.follow()
    this.#releases.stop()
    await this.#cluster.stop()
  }

  /** Books that begin without what was written last would give some of it away once more. */
  async #takeOver(signal: AbortSignal): Promise<void> {
    const version = latest(this.#earlierWrite, this.lastWrite)
    const giveUp = AbortSignal.timeout(longestCatchUpMs)
    await this.#cluster.catchUp(version, AbortSignal.any([signal, giveUp]))
    if (signal.aborted) return
    if (giveUp.aborted) this.#log.warn({ event: 'servicesBehind', resourceVersion: version })
    this.#begin()
  }

  #begin(): void {
    const { client, cluster, concurrency = 32, isLeader, log, metrics, namespace, poolPriority } = this.#options
    const clock = this.#clock
    this.#own = new OwnWrites()
    this.#refused.clear()
    this.#isOutdated = false
    const { pools, reserved, policies = [] } = this.#read()
    const services = this.#views()
    const ipam = createIpam(pools, { poolPriority, reserved, policies, releases: this.#releases.current() })
    this.#book = openBook(ipam, services, (name) => this.#source.namespaceOf(name))
    this.#log.info(
      { event: 'bookRebuilt', services: services.length, held: ipam.allocations().length },
      'leading: the books of addresses are made from the statuses of the Services',
    )
    this.#poolStatuses = new PoolStatusWriter({ client, namespace, pools: cluster.pools, ipam, isLeader, log, clock })
    this.#poolStatuses.show()
    this.#releases.lead()
    const observer = observeQueue(metrics, 'services')
    this.#queue = new WorkQueue({ process: (key) => this.#process(key).finally(() => this.#askAgain()), concurrency, observer, log, clock })
    // Whoever has no address comes before those who, as far as the books know, have what they should.
    for (const service of services.toSorted(byAge)) {
      if (!concernsUs(this.#book, service)) continue
      if (service.held.length === 0 || showsNews(this.#book, service)) this.#enqueue(service.key, service.held.length > 0)
      else this.#queue.addLast(service.key)
    }
  }

  #serviceChanged({ type, object }: Change<Service>): void {
    const { namespace = '' } = object.metadata
    if (type === 'deleted' || object.spec?.type !== 'LoadBalancer') this.#keys.remove(namespace, keyOf(object))
    else this.#keys.add(namespace, keyOf(object))
    const book = this.#book
    const view = this.#viewOf(object)
    if (book === undefined || !concernsUs(book, view)) return
    const isNews = showsNews(book, view)
    void this.#perform(type === 'deleted' ? planGone(book, view.key) : hear(book, view), view.key)
    // What another leader has written may be a double: that is repaired before anything else is done.
    this.#enqueue(view.key, isNews)
  }

  #namespaceChanged(change: Change<Namespace>): void {
    if (this.#book === undefined || change.type === 'deleted') return
    if (change.type === 'modified' && namespaceFacts(change.previous) === namespaceFacts(change.object)) return
    const { name } = viewNamespace(change.object)
    this.#enqueueAll([...this.#keys.in(name)].flatMap((key) => this.#view(key) ?? []))
  }

  #poolChanged(change: Change<IPAddressPool>): void {
    const { name: pool = '' } = change.object.metadata
    if (change.type === 'deleted') this.#options.metrics.metallb_allocator_addresses_allocated_total.remove({ pool })
    if (change.type !== 'modified' || poolFacts(change.previous) !== poolFacts(change.object)) this.#outdate()
    else this.#poolStatuses?.showAgain(pool)
  }

  #nodeChanged(change: Change<Node>): void {
    if (change.type !== 'modified' || nodeFacts(change.previous) !== nodeFacts(change.object)) this.#outdate()
  }

  /** Many objects change in one turn when a list comes in: the configuration is read once after it. */
  #outdate(): void {
    if (!this.#isSynced || this.#isOutdated) return
    this.#isOutdated = true
    const { endedAt, tookMs } = this.#lastReading
    const pauseMs = tookMs < quickMs ? 0 : endedAt + tookMs * pausePerReading - this.#clock.now()
    if (pauseMs <= 0) queueMicrotask(() => this.#refresh())
    else void this.#clock.sleep(pauseMs).then(() => this.#refresh())
  }

  #refresh(): void {
    if (!this.#isOutdated) return
    this.#isOutdated = false
    const startedAt = this.#clock.now()
    const configuration = this.#read()
    const keys = this.#book === undefined ? [] : reconfigureBook(this.#book, configuration, this.#source)
    for (const key of keys) this.#enqueue(key)
    this.#poolStatuses?.show()
    const endedAt = this.#clock.now()
    this.#lastReading = { endedAt, tookMs: endedAt - startedAt }
  }

  #read(): Configuration {
    const configuration = this.#configuration.read()
    this.#releases.configure(configuration.pools)
    return configuration
  }

  #enqueueAll(services: readonly ServiceView[]): void {
    const book = this.#book
    if (book === undefined) return
    for (const service of services.toSorted(byAge)) if (concernsUs(book, service)) this.#enqueue(service.key)
  }

  #enqueue(key: string, isUrgent = false): void {
    if (!this.#due.has(key)) this.#due.set(key, this.#clock.now())
    if (isUrgent) this.#queue?.addFirst(key)
    else this.#queue?.add(key)
  }

  #views(): readonly ServiceView[] {
    return this.#cluster.services.list().flatMap((object) => this.#view(keyOf(object)) ?? [])
  }

  #view(key: string): ServiceView | undefined {
    const object = this.#own.latest(key, this.#cluster.services.get(key))
    return object === undefined ? undefined : this.#viewOf(object)
  }

  #viewOf(object: Service): ServiceView {
    const known = this.#viewed.get(object)
    if (known !== undefined) return known
    const view = viewService(object, this.#options.classes)
    if (view.isLoadBalancer) this.#viewed.set(object, view)
    return view
  }

  #namespaceView(name: string): NamespaceView | undefined {
    const object = this.#cluster.namespaces.get(name)
    return object === undefined ? undefined : viewNamespace(object)
  }

  readonly #source: BookSource = {
    service: (key) => this.#view(key),
    namespaceOf: (name) => this.#namespaceView(name) ?? bareNamespace(name),
  }

  /** Our Namespace goes, and its pools before us: that is the end of MetalLB here, no wish to take every Service its address. */
  get #isEnding(): boolean {
    return this.#cluster.namespaces.get(this.#options.namespace)?.metadata.deletionTimestamp !== undefined
  }

  async #process(key: string): Promise<void> {
    const book = this.#book
    if (book === undefined || this.#isEnding) return
    this.#refused.delete(key)
    this.#options.metrics.metallb_k8s_client_updates_total.inc()
    const service = this.#view(key)
    const namespace = this.#namespaceView(splitName(key).namespace)
    if (service === undefined) await this.#perform(planGone(book, key as NamespacedName), key)
    // Its Namespace is older than the Service, so its event is on the way and brings the Service back.
    else if (namespace === undefined && service.isLoadBalancer) await this.#perform(planLater(book, service.key), key)
    else if (!(await this.#perform(plan(book, service, namespace ?? bareNamespace(service.namespace)), key))) return
    this.#due.delete(key)
  }

  #askAgain(): void {
    const [one] = this.#refused
    if (one !== undefined) this.#queue?.addAfter(one, forbiddenRetryMs)
  }

  #granted(): void {
    for (const key of this.#refused) this.#queue?.add(key)
    this.#refused.clear()
  }

  /** @returns false when something of it is to be tried again */
  async #perform(actions: readonly Action[], key: string): Promise<boolean> {
    for (const action of actions) {
      switch (action.type) {
        case 'emitEvent':
          this.#emit(action)
          break
        case 'reconsider':
          this.#enqueue(action.service, true)
          break
        case 'writeStatus':
          if (!(await this.#write(action, key))) return false
          break
        default:
          unreachable(action)
      }
    }
    this.#poolStatuses?.show()
    return true
  }

  #emit({ service, severity, reason, message, trace, refusal }: EmitEvent): void {
    if (reason === 'IPAllocated') this.#measure(service)
    this.#log[severity === 'Warning' ? 'warn' : 'info']({ event: reason, service, ...(trace === undefined ? {} : { trace }) }, message)
    if (refusal !== undefined) this.#options.metrics.metallb_allocator_refusals_total.inc({ reason: refusal })
    const object = this.#own.latest(service, this.#cluster.services.get(service))
    if (object !== undefined) this.#options.events.event(object, severity, reason, message)
  }

  /** The API server has the address of a Service. */
  #measure(service: NamespacedName): void {
    const { metrics } = this.#options
    const since = this.#due.get(service)
    if (since !== undefined) metrics.metallb_allocator_allocation_duration_seconds.observe((this.#clock.now() - since) / 1000)
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
    const isNote = viewService(before).heldText.join() === action.addresses.join()
    const pauseMs = isNote ? this.#pace.pauseMs(key, this.#clock.now()) : 0
    if (pauseMs > 0) {
      this.#queue?.addAfter(key, pauseMs)
      return false
    }
    if (isNote) this.#pace.note(key, this.#clock.now())
    const outcome = await this.#writer.write(action, before).catch((error: unknown) => {
      metrics.metallb_k8s_client_update_errors_total.inc()
      throw error
    })
    switch (outcome.type) {
      case 'written':
        this.#own.record(key, before, outcome.object)
        this.#granted()
        for (const pool of action.added) metrics.metallb_allocator_addresses_allocated_total.inc({ pool })
        if (this.#book === undefined) return false
        await this.#perform(confirm(this.#book, viewService(outcome.object, this.#options.classes)), key)
        return true
      case 'changed':
        this.#queue?.addAfter(key, changedRetryMs)
        return false
      case 'forbidden':
        this.#refused.add(key)
        return false
      case 'gone':
        // Its event is on the way.
        return false
      default:
        return unreachable(outcome)
    }
  }
}
