// The cluster as it goes on after a change: the controller's plans are carried out on objects in memory, until nothing is left to do.
import { stillWorld, type WorldSettings } from '../../admission/still-world.ts'
import type { World } from '../../admission/world.ts'
import { byAge } from '../../core/age.ts'
import { annotations } from '../../core/annotations.ts'
import { type Book, openBook, reconfigureBook } from '../../core/book.ts'
import { type Configuration, createIpam } from '../../core/ipam.ts'
import { type NamespacedName, namespacedName, splitName } from '../../core/namespaced-name.ts'
import type { Service } from '../../core/objects.ts'
import { parseReleases } from '../../core/release-record.ts'
import { Releases } from '../../core/releases.ts'
import { allocatedConditionType, type ServiceView, viewService } from '../../core/service.ts'
import { type Action, confirm, plan, planGone, planReleased, type WriteStatus } from '../../core/service-plan.ts'
import type { Fields } from '../../core/shape.ts'
import type { Instant } from '../../core/time.ts'
import { type ClusterState, findObject, type ListName, withObject } from '../cluster-state.ts'

export class Rehearsal {
  readonly #settings: WorldSettings
  /** All but the Services. */
  #rest: ClusterState
  readonly #services: Map<NamespacedName, Service>
  #book: Book
  /** What the controller said of each Service since the last call of `takeEvents`, oldest first. */
  #events = new Map<NamespacedName, string[]>()
  /** What Services have left: no time passes while a plan is made. */
  readonly #releases = new Releases()
  readonly #now: Instant
  #created = 0
  /** The controller's queue: each key once, and what is to be reconsidered first. */
  readonly #urgent = new Set<NamespacedName>()
  readonly #line = new Set<NamespacedName>()

  /** A cluster that has come to rest: what its controller still had to do is done. */
  constructor(state: ClusterState, settings: WorldSettings, now: Instant) {
    this.#settings = settings
    this.#now = now
    this.#rest = { ...state, services: [] }
    this.#services = new Map(state.services.map((service) => [namespacedName(service), service]))
    const { world, pools, ...others } = this.#configuration()
    this.#releases.configure(pools)
    const hasSettled = (key: NamespacedName): boolean => (this.#view(key)?.held.length ?? 0) > 0
    const recorded = state.releases.flatMap(({ data }) => parseReleases(data))
    this.#releases.merge(recorded, hasSettled, now)
    const ipam = createIpam(pools, { poolPriority: settings.poolPriority, ...others, releases: this.#releases })
    this.#book = openBook(ipam, this.#views(), (name) => world.namespaceOf(name))
    this.#settle(this.#everything())
  }

  state(): ClusterState {
    return { ...this.#rest, services: [...this.#services.values()] }
  }

  service(key: NamespacedName): Service | undefined {
    return this.#services.get(key)
  }

  /** Of type LoadBalancer, and of our classes. */
  balanced(): readonly ServiceView[] {
    return this.#views().filter(({ isLoadBalancer }) => isLoadBalancer)
  }

  find(list: ListName, key: NamespacedName): Fields | undefined {
    return list === 'services' ? (this.#services.get(key) as Fields | undefined) : findObject(this.#rest, list, key)
  }

  /** As the webhook sees it: its books are those of the controller once that has come to rest. */
  world(): World {
    const { ipam } = this.#book
    return { ...stillWorld(this.state(), this.#settings), ipam: () => ipam }
  }

  /** An object is written or, when undefined, deleted; and everything follows. */
  change(list: ListName, key: NamespacedName, object: Fields | undefined): void {
    if (list === 'services') {
      this.#put(key, object as Service | undefined)
      this.#settle([key])
      return
    }
    this.#rest = withObject(this.#rest, list, key, object)
    const { world, ...configuration } = this.#configuration()
    this.#releases.configure(configuration.pools)
    reconfigureBook(this.#book, configuration, {
      service: (name) => this.#view(name),
      namespaceOf: (name) => world.namespaceOf(name),
    })
    // The change may be one of a Namespace.
    this.#settle(this.#everything())
  }

  /** For what is new: never the same. */
  takeNumber(): number {
    return ++this.#created
  }

  takeEvents(): ReadonlyMap<NamespacedName, readonly string[]> {
    const events = this.#events
    this.#events = new Map()
    return events
  }

  #views(): readonly ServiceView[] {
    return [...this.#services.values()].map((service) => viewService(service, this.#settings.classes))
  }

  #everything(): readonly NamespacedName[] {
    return this.#views()
      .toSorted(byAge)
      .map(({ key }) => key)
  }

  #configuration(): Configuration & { readonly world: World } {
    const world = stillWorld({ ...this.#rest, services: [] }, this.#settings)
    const reserved = world.nodes().flatMap(({ addresses }) => addresses)
    return { world, pools: world.pools.pools, reserved, policies: world.policies.compiled }
  }

  #view(key: NamespacedName): ServiceView | undefined {
    const service = this.#services.get(key)
    return service === undefined ? undefined : viewService(service, this.#settings.classes)
  }

  #settle(keys: readonly NamespacedName[]): void {
    for (const key of keys) this.#line.add(key)
    const world = stillWorld({ ...this.#rest, services: [] }, this.#settings)
    for (let key = this.#take(); key !== undefined; key = this.#take()) {
      const view = this.#view(key)
      this.#perform(view === undefined ? planGone(this.#book, key) : plan(this.#book, view, world.namespaceOf(splitName(key).namespace)))
    }
  }

  #take(): NamespacedName | undefined {
    const lane = this.#urgent.size > 0 ? this.#urgent : this.#line
    const [key] = lane
    if (key !== undefined) lane.delete(key)
    return key
  }

  #perform(actions: readonly Action[]): void {
    for (const action of actions) {
      switch (action.type) {
        case 'emitEvent':
          this.#events.set(action.service, [...(this.#events.get(action.service) ?? []), action.message])
          break
        case 'reconsider':
          this.#line.delete(action.service)
          this.#urgent.add(action.service)
          break
        case 'writeStatus':
          this.#write(action)
      }
    }
  }

  /** What the API server makes of the controller's patch. */
  #write({ service: key, addresses, pool, condition }: WriteStatus): void {
    const object = this.#services.get(key)
    if (object === undefined) return
    const { [annotations.allocatedFromPool]: _, ...others } = object.metadata.annotations ?? {}
    const conditions = (object.status?.conditions ?? []).filter(({ type }) => type !== allocatedConditionType)
    const own = condition === undefined ? [] : [{ type: allocatedConditionType, lastTransitionTime: '', ...condition }]
    const written: Service = {
      ...object,
      metadata: { ...object.metadata, annotations: pool === undefined ? others : { ...others, [annotations.allocatedFromPool]: pool } },
      status: {
        loadBalancer: addresses.length === 0 ? {} : { ingress: addresses.map((ip) => ({ ip, ipMode: 'VIP' })) },
        conditions: [...conditions, ...own],
      },
    }
    this.#put(key, written)
    this.#perform(confirm(this.#book, viewService(written, this.#settings.classes)))
  }

  #put(key: NamespacedName, object: Service | undefined): void {
    const before = this.#view(key)
    if (object === undefined) this.#services.delete(key)
    else this.#services.set(key, object)
    const changed = this.#releases.observe(before, this.#view(key), this.#now)
    if (changed.length > 0) this.#perform(planReleased(this.#book, changed))
  }
}
