// Keeps what this node announces in step with the cluster. Level-driven: a change only marks Services, and a look at everything decides anew.
import { createHash } from 'node:crypto'
import { formatAddress } from '../core/address.ts'
import { type EndpointView, viewEndpoints } from '../core/announce/endpoints.ts'
import { compileL2Advertisement } from '../core/config/l2-advertisement.ts'
import type { Pool } from '../core/config/pool.ts'
import { compilePools } from '../core/config/pools.ts'
import { poolFacts } from '../core/facts.ts'
import { joinName, type NamespacedName, namespacedName } from '../core/namespaced-name.ts'
import { type NodeView, viewNode } from '../core/node.ts'
import type { EndpointSlice, KubeObject, Node, Service } from '../core/objects.ts'
import { type LoadBalancerClasses, type ServiceView, viewService } from '../core/service.ts'
import type { EventRecorder } from '../kube/events.ts'
import type { Logger } from '../kube/logger.ts'
import type { Store } from '../kube/store.ts'
import type { IPAddressPool, L2Advertisement } from '../schemas/generated/types.ts'
import { Announced, type ServiceChange, type WireDelta } from './advertise/announced.ts'
import { type Decision, decide, type World } from './advertise/decide.ts'
import type { SpeakerMetrics } from './io/metrics.ts'

/** Where announced addresses go. */
export interface Wire {
  announce(gained: WireDelta['gained'], lost: WireDelta['lost']): void
  /** Names of those that can be answered on at the moment. */
  readonly interfaces: ReadonlySet<string>
}

/** The other protocol: it decides about the same Services, by its own rules. */
export interface RouteAnnouncer {
  /** Calls back when every Service has to be looked at again. */
  watch(onChange: () => void): readonly (() => void)[]
  /** A new picture of the cluster; the Services follow one by one. */
  look(self: NodeView | undefined, pools: readonly Pool[]): void
  apply(key: NamespacedName, service: ServiceView | undefined, endpoints: readonly EndpointView[]): void
  /** Everything of this turn is applied. */
  flush(): void
}

export interface ReconcilerOptions {
  readonly node: string
  readonly classes: LoadBalancerClasses
  readonly ignoresExcludeLabel: boolean
  readonly services: Store<Service>
  readonly endpointSlices: Store<EndpointSlice>
  readonly nodes: Store<Node>
  readonly pools: Store<IPAddressPool>
  readonly l2Advertisements: Store<L2Advertisement>
  /** Absent where packet sockets are not permitted. */
  readonly wire: Wire | undefined
  readonly routes: RouteAnnouncer
  /** Every Service has been looked at once. */
  readonly onSettled: () => void
  readonly events: Pick<EventRecorder, 'event'>
  readonly metrics: SpeakerMetrics
  readonly log: Logger
}

const serviceNameLabel = 'kubernetes.io/service-name'
const protocol = 'layer2'

/** After so many milliseconds of deciding, others get their turn: probes, watches, the heartbeat. */
const sliceMs = 20

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest()

export class Reconciler {
  readonly #options: ReconcilerOptions
  readonly #announced = new Announced()
  readonly #nodes = new Map<string, NodeView>()
  /** Keys of the EndpointSlices of each Service. */
  readonly #slices = new Map<NamespacedName, Set<string>>()
  readonly #dirty = new Set<NamespacedName>()
  /** What was said of Services that are announced on interfaces that this node lacks. */
  readonly #toldUnreachable = new Map<NamespacedName, string>()
  readonly #unsubscribe: (() => void)[] = []
  #world: World | undefined
  #isScheduled = false
  #isSettled = false
  #isStopped = false

  constructor(options: ReconcilerOptions) {
    this.#options = options
  }

  /** Call it once every store holds its first list: half a picture would move addresses for nothing. */
  start(): void {
    const { services, endpointSlices, nodes, pools, l2Advertisements } = this.#options
    this.#unsubscribe.push(
      nodes.subscribe(({ type, object }) => this.#noteNode(type === 'deleted' ? undefined : viewNode(object), object)),
      pools.subscribe((change) => {
        if (change.type !== 'modified' || poolFacts(change.previous) !== poolFacts(change.object)) this.#worldChanged()
      }),
      l2Advertisements.subscribe(() => this.#worldChanged()),
      endpointSlices.subscribe(({ type, object }) => this.#noteSlice(object, type !== 'deleted')),
      services.subscribe(({ object }) => this.#mark(namespacedName(object))),
      ...this.#options.routes.watch(() => this.#worldChanged()),
    )
    this.#schedule()
  }

  stop(): void {
    this.#isStopped = true
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  /** Nodes report their state every few minutes; only what decisions read counts as a change. */
  #noteNode(view: NodeView | undefined, node: Node): void {
    const name = node.metadata.name ?? ''
    const previous = this.#nodes.get(name)
    if (view === undefined) this.#nodes.delete(name)
    else this.#nodes.set(name, view)
    if (decisive(view) !== decisive(previous)) this.#worldChanged()
  }

  #noteSlice(slice: EndpointSlice, exists: boolean): void {
    const serviceName = slice.metadata.labels?.[serviceNameLabel]
    if (serviceName === undefined) return
    const service = joinName(slice.metadata.namespace, serviceName)
    const keys = this.#slices.get(service) ?? new Set<string>()
    if (exists) keys.add(namespacedName(slice))
    else keys.delete(namespacedName(slice))
    if (keys.size === 0) this.#slices.delete(service)
    else this.#slices.set(service, keys)
    this.#mark(service)
  }

  #worldChanged(): void {
    this.#world = undefined
    for (const service of this.#options.services.list()) this.#mark(namespacedName(service))
  }

  #mark(service: NamespacedName): void {
    this.#dirty.add(service)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      if (!this.#isStopped) this.#settle()
    })
  }

  /** Everything that came in the same turn of the event loop becomes one message to the wire. */
  #settle(): void {
    const until = performance.now() + sliceMs
    this.#world ??= this.#readWorld()
    for (const key of this.#dirty) {
      this.#dirty.delete(key)
      this.#reconcile(key, this.#world)
      if (performance.now() > until) break
    }
    const { gained, lost } = this.#announced.takeDelta()
    if (gained.length > 0 || lost.length > 0) this.#options.wire?.announce(gained, lost)
    this.#options.routes.flush()
    if (this.#dirty.size > 0) this.#schedule()
    else if (!this.#isSettled) {
      this.#isSettled = true
      this.#options.onSettled()
    }
  }

  #reconcile(key: NamespacedName, world: World): void {
    const { services, endpointSlices, classes } = this.#options
    const service = services.get(key)
    const slices = [...(this.#slices.get(key) ?? [])].flatMap((slice) => endpointSlices.get(slice) ?? [])
    const view = service && viewService(service, classes)
    const endpoints = slices.flatMap(viewEndpoints)
    this.#options.routes.apply(key, view, endpoints)
    const decision = decide(view, endpoints, world)
    const changes = this.#announced.apply(key, decision)
    for (const change of changes) this.#tell(key, change)
    if (service !== undefined && changes.some(({ type }) => type === 'gained')) this.#tellAssigned(service)
    if (service !== undefined) this.#tellUnreachable(key, service, decision)
    else this.#toldUnreachable.delete(key)
  }

  #readWorld(): World {
    const { node, l2Advertisements, ignoresExcludeLabel, wire, routes } = this.#options
    const { pools } = compilePools(this.#options.pools.list())
    routes.look(this.#nodes.get(node), pools)
    return {
      node,
      nodes: new Map(this.#nodes),
      pools,
      adverts: l2Advertisements.list().flatMap((object) => compileL2Advertisement(object).advert ?? []),
      ignoresExcludeLabel,
      canSpeakArp: wire !== undefined,
      sha256,
    }
  }

  #tell(service: NamespacedName, change: ServiceChange): void {
    const { log, metrics, node } = this.#options
    switch (change.type) {
      case 'gained': {
        const address = formatAddress({ family: 'IPv4', value: change.address })
        const interfaces = change.interfaces === 'all' ? 'all' : [...change.interfaces].join(',')
        metrics.metallb_speaker_announced.set({ service, protocol, node, ip: address }, 1)
        log.info({ event: 'arpAddressGained', address, service, interfaces }, 'arp answers for this address begin')
        return
      }
      case 'lost': {
        const address = formatAddress({ family: 'IPv4', value: change.address })
        metrics.metallb_speaker_announced.remove({ service, protocol, node, ip: address })
        log.info({ event: 'arpAddressLost', address, service, reason: change.reason }, 'arp answers for this address end')
        return
      }
      case 'withheld':
        log.debug({ event: 'arpWithheld', service, reason: change.reason }, 'no arp answers for this service')
    }
  }

  #tellAssigned(service: Service): void {
    const { events, node } = this.#options
    events.event(service satisfies KubeObject, 'Normal', 'nodeAssigned', `announcing from node "${node}" with protocol "${protocol}"`)
  }

  /** The election does not ask which interfaces a node has, so a node may own what it has no way to answer for: only its people can cure that. */
  #tellUnreachable(key: NamespacedName, service: Service, decision: Decision): void {
    const { events, log, node, wire } = this.#options
    const missing = new Set<string>()
    for (const { interfaces } of decision.type === 'announce' && wire !== undefined ? decision.answers : []) {
      if (interfaces !== 'all' && interfaces.isDisjointFrom(wire?.interfaces ?? new Set())) for (const name of interfaces) missing.add(name)
    }
    if (missing.size === 0) {
      this.#toldUnreachable.delete(key)
      return
    }
    const names = [...missing].toSorted().join(', ')
    if (this.#toldUnreachable.get(key) === names) return
    this.#toldUnreachable.set(key, names)
    const message = `node "${node}" owns the address with protocol "${protocol}" but has none of the interfaces that the L2Advertisements name: ${names}`
    events.event(service satisfies KubeObject, 'Warning', 'announceFailed', message)
    log.warn(
      { event: 'announceFailed', service: key, interfaces: names },
      'no arp answers for this service: none of its interfaces is here',
    )
  }
}

function decisive(view: NodeView | undefined): string {
  if (view === undefined) return ''
  const { ready, networkUnavailable, excluded, labels } = view
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([ready, networkUnavailable, excluded, sorted])
}
