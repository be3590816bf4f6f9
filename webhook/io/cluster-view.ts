// The World of a review: what the caches hold, or a state proven to be as new as the API server's own.

import type { Evidence, OwnKind } from '../../admission/evidence.ts'
import { type Stored, storedAs } from '../../admission/stored.ts'
import type { World } from '../../admission/world.ts'
import { podNetworks, serviceNetworks } from '../../core/cluster-network.ts'
import type { Policy } from '../../core/config/policy.ts'
import { type CompiledPools, compilePools } from '../../core/config/pools.ts'
import { namespaceFacts, nodeFacts, poolFacts } from '../../core/facts.ts'
import { bareNamespace, type NamespaceView, viewNamespace } from '../../core/namespace.ts'
import { splitName } from '../../core/namespaced-name.ts'
import { viewNode } from '../../core/node.ts'
import type { KubeObject, Service } from '../../core/objects.ts'
import { Occupancy } from '../../core/occupancy.ts'
import { type ServiceView, viewService } from '../../core/service.ts'
import { asTexts } from '../../core/shape.ts'
import type { KubeClient, ListOptions } from '../../kube/client.ts'
import { type Clock, systemClock } from '../../kube/clock.ts'
import type { Logger } from '../../kube/logger.ts'
import type { Reflector } from '../../kube/reflector.ts'
import { ReleaseWatch } from '../../kube/release-watch.ts'
import { type Resource, resources } from '../../kube/resources.ts'
import type { Store } from '../../kube/store.ts'
import type { IPAddressPool } from '../../schemas/generated/types.ts'
import { isAsNewAs } from '../freshness.ts'
import { Caches, loadBalancersOnly, ownResources } from './caches.ts'

/** Together they stay below the 2 s that the API server waits for us when a Service is written, and the 3 s for our own kinds. */
const listDeadlineMs = 1000
const catchUpMs = 700
const pollMs = 5

/** What of a reflector shows how new it is. */
interface Copy {
  readonly store: Pick<Store<KubeObject>, 'list' | 'get' | 'resourceVersion'>
}

type About = string | ((object: KubeObject) => boolean)

export interface ClusterViewOptions {
  readonly client: KubeClient
  readonly settings: Pick<World, 'namespace' | 'classes' | 'poolPriority' | 'serviceAdmission' | 'ignoresExcludeLabel'>
  readonly log: Logger
  readonly clock?: Clock
}

export class ClusterView {
  readonly #options: ClusterViewOptions
  readonly #clock: Clock
  readonly #caches: Caches
  readonly #occupancy: Occupancy
  readonly #releases: ReleaseWatch
  /** Compiled once per change of the pools, not once per request. */
  #compiled: CompiledPools | undefined
  readonly #stored: { readonly [K in Exclude<OwnKind, 'pools'>]: () => World[K] }

  constructor(options: ClusterViewOptions) {
    const { client, settings, log } = options
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#caches = new Caches({ client, namespace: settings.namespace, log })
    const { l2Advertisements, bgpAdvertisements, peers, bfdProfiles, communities, policies } = this.#caches
    this.#stored = {
      l2Advertisements: keep(l2Advertisements, storedAs.l2Advertisements),
      bgpAdvertisements: keep(bgpAdvertisements, storedAs.bgpAdvertisements),
      peers: keep(peers, storedAs.peers),
      bfdProfiles: keep(bfdProfiles, storedAs.bfdProfiles),
      communities: keep(communities, storedAs.communities),
      policies: keep(policies, storedAs.policies),
    }
    this.#releases = new ReleaseWatch({
      services: this.#caches.services.store,
      records: this.#caches.releases.store,
      view: (service) => viewService(service, settings.classes),
      pools: () => this.#pools().pools,
      clock: this.#clock,
      onChange: (addresses) => this.#occupancy.review(addresses),
    })
    this.#occupancy = new Occupancy({
      poolPriority: settings.poolPriority,
      releases: () => this.#releases.current(),
      pools: () => this.#pools().pools,
      policies: () => this.#stored.policies().compiled,
      reserved: () => this.#caches.nodes.store.list().flatMap((node) => viewNode(node).addresses),
      services: () => this.#services(() => true),
      service: (key) => {
        const service = this.#caches.services.store.get(key)
        return service === undefined ? undefined : viewService(service, settings.classes)
      },
      servicesIn: (namespace) => this.#services(({ metadata }) => metadata.namespace === namespace),
      namespaceOf: (name) => this.#namespace(name),
    })
  }

  start(): void {
    const { pools, policies, namespaces, nodes, services } = this.#caches
    pools.store.subscribe((change) => {
      if (change.type === 'modified' && poolFacts(change.previous) === poolFacts(change.object)) return
      this.#compiled = undefined
      this.#releases.outdate()
      this.#occupancy.outdate()
    })
    policies.store.subscribe(() => this.#occupancy.outdate())
    nodes.store.subscribe((change) => {
      if (change.type !== 'modified' || nodeFacts(change.previous) !== nodeFacts(change.object)) this.#occupancy.outdate()
    })
    namespaces.store.subscribe((change) => {
      if (change.type === 'modified' && namespaceFacts(change.previous) === namespaceFacts(change.object)) return
      this.#occupancy.relabel(change.object.metadata.name ?? '')
    })
    this.#releases.start()
    services.store.subscribe((change) => {
      const service = viewService(change.object, this.#options.settings.classes)
      if (change.type === 'deleted') this.#occupancy.drop(service.key)
      else this.#occupancy.put(service)
    })
    this.#caches.start()
  }

  stop(): Promise<void> {
    this.#releases.stop()
    return this.#caches.stop()
  }

  /** The caches are warm and the books are made: the first request finds both. */
  async whenSynced(): Promise<void> {
    await this.#caches.whenSynced()
    this.#caches.releases.store.subscribe(() => this.#releases.merge())
    void this.#occupancy.ipam
  }

  /** Our own namespace is being deleted. */
  get isEnding(): boolean {
    return this.#namespace(this.#options.settings.namespace).isEnding === true
  }

  onEnding(listener: () => void): void {
    this.#caches.namespaces.store.subscribe(({ object: { metadata } }) => {
      if (metadata.name === this.#options.settings.namespace && metadata.deletionTimestamp !== undefined) listener()
    })
  }

  /** Per kind, seconds since the API server last gave a sign of life on its watch: below 60, because it sends a bookmark each minute. */
  cacheAges(): Readonly<Record<string, number>> {
    const now = this.#clock.now()
    return Object.fromEntries(Object.entries(this.#caches.lastContacts()).map(([kind, contact]) => [kind, (now - contact) / 1000]))
  }

  /** Told after every change, once for all that come in one turn. */
  onPolicies(listener: (policies: readonly Policy[]) => void): void {
    let isDue = false
    this.#caches.policies.store.subscribe(() => {
      if (isDue) return
      isDue = true
      queueMicrotask(() => {
        isDue = false
        listener(this.#stored.policies().compiled)
      })
    })
  }

  /** What the caches hold, at once and without a call. */
  cached(): World {
    const { pools, namespaces, nodes, services, serviceCidrs } = this.#caches
    return {
      ...this.#options.settings,
      poolObjects: pools.store.list(),
      pools: this.#pools(),
      l2Advertisements: this.#stored.l2Advertisements(),
      bgpAdvertisements: this.#stored.bgpAdvertisements(),
      peers: this.#stored.peers(),
      bfdProfiles: this.#stored.bfdProfiles(),
      communities: this.#stored.communities(),
      policies: this.#stored.policies(),
      ipam: () => {
        // What is held no longer is not held here either.
        this.#releases.current()
        return this.#occupancy.ipam
      },
      namespaceOf: (name) => this.#namespace(name),
      namespaces: () => namespaces.store.list().map(viewNamespace),
      nodes: () => nodes.store.list().map(viewNode),
      serviceObject: (key) => services.store.get(key),
      clusterNetworks: () => [...serviceCidrs.store.list().flatMap(serviceNetworks), ...nodes.store.list().flatMap(podNetworks)],
      serviceLabels: () => services.store.list().map(({ metadata }) => asTexts(metadata.labels)),
    }
  }

  /**
   * A world at least as new as this call in these kinds: two pools in one `kubectl apply -f` see each other, whichever replica is asked.
   * Rejects with ApiError when the API server does not answer.
   */
  async confirmed(kinds: readonly OwnKind[]): Promise<World> {
    const listed = await Promise.all(kinds.map(async (kind) => ((await this.#confirm({ kind })) ? {} : await this.#listed(kind))))
    return Object.assign(this.cached(), ...listed) as World
  }

  /** A kind as the API server has it, for the case that our watch is behind. */
  async #listed(kind: OwnKind): Promise<Partial<World>> {
    const { client, settings } = this.#options
    const options = { namespace: settings.namespace, deadlineMs: listDeadlineMs, pageSize: 10_000 }
    const { items } = await client.list<KubeObject>(ownResources[kind], options)
    // What each kind is made of is checked where `storedAs` is written; here one line serves all of them.
    if (kind !== 'pools') return { [kind]: storedAs[kind](items as readonly never[]) }
    const poolObjects = items as readonly IPAddressPool[]
    return { poolObjects, pools: compilePools(poolObjects) }
  }

  /**
   * The caches once they are at least as new as this call in all that the evidence names; undefined when a watch has not brought it in time.
   * Rejects with ApiError when the API server does not answer.
   */
  async confirmedIn(evidence: readonly Evidence[]): Promise<World | undefined> {
    const outcomes = await Promise.all(evidence.map((part) => this.#confirm(part)))
    return outcomes.every(Boolean) ? this.cached() : undefined
  }

  #confirm(evidence: Evidence): Promise<boolean> {
    const { namespaces, nodes, services } = this.#caches
    switch (evidence.kind) {
      case 'nodes':
        return this.#catchUp(nodes, resources.nodes, {})
      case 'services':
        return this.#catchUp(services, resources.services, { fieldSelector: loadBalancersOnly })
      case 'servicesIn': {
        const { namespace } = evidence
        const part = { namespace, fieldSelector: loadBalancersOnly }
        return this.#catchUp(services, resources.services, part, ({ metadata }) => metadata.namespace === namespace)
      }
      case 'service': {
        const { namespace, name } = splitName(evidence.key)
        const part = { namespace, fieldSelector: `metadata.name=${name},${loadBalancersOnly}` }
        return this.#catchUp(services, resources.services, part, evidence.key)
      }
      case 'namespace':
        return this.#catchUp(namespaces, resources.namespaces, { fieldSelector: `metadata.name=${evidence.name}` }, evidence.name)
      default: {
        const { kind } = evidence
        return this.#catchUp(this.#caches[kind], ownResources[kind], { namespace: this.#options.settings.namespace })
      }
    }
  }

  /**
   * Waits until a cache is as new as a consistent list of metadata.
   *
   * @param about the key of the one object that the list is about, or which objects; all when absent
   */
  async #catchUp({ store }: Copy, resource: Resource, part: ListOptions, about: About = () => true): Promise<boolean> {
    const { client, log } = this.#options
    const options = { ...part, deadlineMs: listDeadlineMs, pageSize: 10_000, metadataOnly: true }
    const { items, resourceVersion } = await client.list<KubeObject>(resource, options)
    const listed = { objects: items, resourceVersion }
    const giveUpAt = this.#clock.now() + catchUpMs
    const objects = (): readonly KubeObject[] =>
      typeof about === 'function' ? store.list().filter(about) : [store.get(about)].filter((object) => object !== undefined)
    while (!isAsNewAs({ objects: objects(), resourceVersion: store.resourceVersion }, listed)) {
      if (this.#clock.now() >= giveUpAt) {
        log.warn(
          { event: 'cacheBehind', resource: resource.plural, have: store.resourceVersion, want: resourceVersion },
          'a watch has not brought in time what the API server says',
        )
        return false
      }
      await this.#clock.sleep(pollMs)
    }
    return true
  }

  #pools(): CompiledPools {
    this.#compiled ??= compilePools(this.#caches.pools.store.list())
    return this.#compiled
  }

  #namespace(name: string): NamespaceView {
    const known = this.#caches.namespaces.store.get(name)
    return known === undefined ? bareNamespace(name) : viewNamespace(known)
  }

  #services(isWanted: (service: Service) => boolean): readonly ServiceView[] {
    const wanted = this.#caches.services.store.list().filter(isWanted)
    return wanted.map((service) => viewService(service, this.#options.settings.classes))
  }
}

/** What a cache holds, compiled again only after a change. */
function keep<O extends KubeObject, C>({ store }: Reflector<O>, compile: (objects: readonly O[]) => Stored<O, C>): () => Stored<O, C> {
  let current: Stored<O, C> | undefined
  store.subscribe(() => {
    current = undefined
  })
  return () => (current ??= compile(store.list()))
}
