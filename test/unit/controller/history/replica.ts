// One process of the controller: the real Reconciler over caches that hear of changes when they are told, and a clock that stands still.
import { metrics } from '../../../../controller/io/metrics.ts'
import { Reconciler } from '../../../../controller/reconcile.ts'
import type { ConfigMap, KubeObject, Namespace, Node, Service } from '../../../../core/objects.ts'
import { ApiError, type KubeClient, resources } from '../../../../kube/client.ts'
import type { Clock } from '../../../../kube/clock.ts'
import { createLogger } from '../../../../kube/logger.ts'
import { ObjectStore } from '../../../../kube/store.ts'
import type { AllocationPolicy, IPAddressPool } from '../../../../schemas/generated/types.ts'
import type { World } from './naive-rules.ts'
import { type Kind, kinds, type ScriptedApi, type StatusPatch } from './scripted-api.ts'

/** A status on its way to the API server, and the answer on its way back. */
export interface Request {
  readonly from: Replica
  /** Which time of leading it belongs to, of all replicas. */
  readonly reign: number
  readonly kind: 'services' | 'pools'
  readonly key: string
  readonly body: StatusPatch
  answer: KubeObject | ApiError | undefined
  readonly settle: (answer: KubeObject | ApiError) => void
}

export interface Surroundings {
  readonly api: ScriptedApi
  /** A request leaves the process. */
  readonly sent: (request: Request) => void
  readonly told: (line: string) => void
}

function store<T extends KubeObject>(): ObjectStore<T> {
  return new ObjectStore<T>((error) => {
    throw error
  })
}

const log = createLogger({ component: 'controller', level: 'none' })

export class Replica {
  readonly name: string
  readonly reconciler: Reconciler
  /** What it believes of its lease. */
  isLeader = false
  /** It gets no turn: nothing reaches it, no time passes for it. */
  isFrozen = false
  isDead = false
  reign = 0
  readonly #surroundings: Surroundings
  readonly #stores = {
    services: store<Service>(),
    namespaces: store<Namespace>(),
    nodes: store<Node>(),
    pools: store<IPAddressPool>(),
    policies: store<AllocationPolicy>(),
  }
  readonly #heard: Record<Kind, number> = { services: 0, namespaces: 0, nodes: 0, pools: 0, policies: 0 }
  /** Own writes as they were answered: they count before the watch shows them. */
  readonly #written = new Map<string, Service>()
  #now = 0
  #sleepers: { readonly until: number; readonly wake: () => void }[] = []

  constructor(name: string, surroundings: Surroundings) {
    this.name = name
    this.#surroundings = surroundings
    for (const kind of kinds) this.list(kind)
    const clock: Clock = {
      now: () => this.#now,
      wall: () => Date.UTC(2026, 1, 1) + this.#now,
      random: () => 0.5,
      sleep: (ms) => new Promise((wake) => this.#sleepers.push({ until: this.#now + ms, wake })),
    }
    this.reconciler = new Reconciler({
      cluster: {
        ...this.#stores,
        releases: store<ConfigMap>(),
        start: () => undefined,
        stop: () => Promise.resolve(),
        whenSynced: () => Promise.resolve(),
        catchUp: () => Promise.resolve(),
      },
      client: {
        create: () => Promise.reject(new Error('no pool here has a use for it')),
        patch: ((resource, key, options) => this.#send(resource, key, options)) as KubeClient['patch'],
      },
      namespace: 'metallb-system',
      classes: {},
      poolPriority: 'highest',
      isLeader: () => this.isLeader,
      events: { event: (object, type, reason, message) => surroundings.told(`${object.metadata.name} ${type} ${reason}: ${message}`) },
      metrics,
      log,
      clock,
    })
  }

  lead(reign: number): void {
    this.reign = reign
    this.isLeader = true
    this.#written.clear()
    this.reconciler.lead('')
  }

  /** The next changes of a kind, as a watch brings them. @returns whether there were any */
  hear(kind: Kind, count: number): boolean {
    const from = this.#heard[kind]
    const changes = this.#surroundings.api.changes[kind].slice(from, from + count)
    const target = this.#stores[kind] as ObjectStore<KubeObject>
    for (const { isGone, object } of changes) isGone ? target.drop(object) : target.put(object)
    this.#heard[kind] += changes.length
    return changes.length > 0
  }

  /** The watch broke: what happened in between is never told, only what is now. */
  list(kind: Kind): void {
    const { api } = this.#surroundings
    ;(this.#stores[kind] as ObjectStore<KubeObject>).replace(api.list(kind), '')
    this.#heard[kind] = api.changes[kind].length
  }

  /** Time passes for it. @returns whether anything had waited for that */
  pass(ms: number): boolean {
    this.#now += ms
    const due = this.#sleepers.filter(({ until }) => until <= this.#now).toSorted((a, b) => a.until - b.until)
    this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#now)
    for (const { wake } of due) wake()
    return due.length > 0
  }

  /** The API server's answer arrives. */
  receive(request: Request): void {
    const { answer, kind, key } = request
    if (answer === undefined || this.isDead) return
    if (kind === 'services' && !(answer instanceof ApiError)) this.#written.set(key, answer)
    request.settle(answer)
  }

  /** The cluster as it knows it. */
  get world(): World {
    const { services, namespaces, nodes, pools, policies } = this.#stores
    const newer = (service: Service): Service => {
      const written = this.#written.get(`${service.metadata.namespace}/${service.metadata.name}`)
      const isNewer = Number(written?.metadata.resourceVersion ?? 0) > Number(service.metadata.resourceVersion)
      return written !== undefined && isNewer && written.metadata.uid === service.metadata.uid ? written : service
    }
    return {
      services: services.list().map(newer),
      namespaces: namespaces.list(),
      nodes: nodes.list(),
      pools: pools.list(),
      policies: policies.list(),
    }
  }

  #send(resource: unknown, name: string, options: { readonly namespace?: string | undefined; readonly body?: unknown }): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    if (this.isDead) return promise
    this.#surroundings.sent({
      from: this,
      reign: this.reign,
      kind: resource === resources.services ? 'services' : 'pools',
      key: `${options.namespace}/${name}`,
      body: options.body as StatusPatch,
      answer: undefined,
      settle: (answer) => (answer instanceof ApiError ? reject(answer) : resolve(answer)),
    })
    return promise
  }
}
