// Users, an API server, and two replicas of the controller of which one leads: what happens to them, one step after another.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { metrics } from '../../../../controller/io/metrics.ts'
import { annotations as names } from '../../../../core/annotations.ts'
import type { Node, Service } from '../../../../core/objects.ts'
import { ApiError } from '../../../../kube/client.ts'
import type { AllocationPolicy, IPAddressPool } from '../../../../schemas/generated/types.ts'
import { type ServiceOptions, serviceObject } from '../../core/objects.ts'
import { shownOf, type World } from './naive-rules.ts'
import { Replica, type Request } from './replica.ts'
import { type Kind, kinds, ScriptedApi } from './scripted-api.ts'

export interface Wish {
  readonly key: string
  readonly options: ServiceOptions
  readonly type: string
  /** Only while the Service is no LoadBalancer, as the API server has it. */
  readonly loadBalancerClass?: string
  /** `kubectl replace`: annotations that are not in the file go. */
  readonly replaces?: boolean
}

/** Watches what leaves the replicas. */
export interface Judge {
  sent(request: Request, stage: Stage): void
}

const fates = {
  refused: { status: 500, reason: 'InternalError' },
  forbidden: { status: 403, reason: 'Forbidden' },
  /** The API server took it, and nobody hears of that. */
  unanswered: { status: 0, reason: 'Unreachable' },
} as const
export type Fate = keyof typeof fates

export class Stage {
  readonly api = new ScriptedApi()
  /** What happened, for people. */
  readonly story: string[] = []
  /** Statuses on their way, and answers on their way back. */
  requests: readonly Request[] = []
  /** Keys and addresses that somebody else than the leader has written since all was quiet. */
  readonly strange = new Set<string>()
  replicas: readonly [Replica, Replica]
  steps = 0
  #broken: Error | undefined
  #reign = 0
  #second = 0
  #births = 0
  readonly #judge: Judge

  constructor(judge: Judge) {
    this.#judge = judge
    // The metrics of a process are one table.
    metrics.registry.resetMetrics()
    this.replicas = [this.#process('A'), this.#process('B')]
  }

  /** The first one leads. */
  async begin(): Promise<void> {
    for (const replica of this.replicas) await replica.reconciler.start()
    this.#enthrone(this.leader)
    await this.turn()
  }

  get leader(): Replica {
    return this.replicas[0]
  }

  get reign(): number {
    return this.#reign
  }

  /** As the API server has it. */
  get world(): World {
    const { api } = this
    return {
      services: api.list('services'),
      namespaces: api.list('namespaces'),
      nodes: api.list('nodes'),
      pools: api.list('pools'),
      policies: api.list('policies'),
    }
  }

  /** Whatever was begun goes as far as it comes by itself. */
  async turn(): Promise<void> {
    this.steps++
    await nextTurn()
    // What is thrown where a request is sent would be one more request that failed.
    if (this.#broken !== undefined) throw this.#broken
  }

  tell(line: string): void {
    this.story.push(line)
  }

  /** Some of what is asked of a Service; identity, status and our annotation stay, as the API server keeps them. */
  put(wish: Wish): void {
    const { key, type, options } = wish
    const existing = this.api.get<Service>('services', key)
    const { uid = `uid-${++this.#births}`, creationTimestamp = this.#stamp() } = existing?.metadata ?? {}
    const service = merge(existing, wish, { uid, createdAt: creationTimestamp })
    this.api.put('services', service)
    const { loadBalancerClass = 'none' } = service.spec ?? {}
    this.tell(`${existing === undefined ? 'create' : 'update'} ${type} ${key} of class ${loadBalancerClass} ${JSON.stringify(options)}`)
  }

  remove(key: string): void {
    if (this.api.get('services', key) !== undefined) this.tell(`delete Service ${key}`)
    this.api.drop('services', key)
  }

  /** A finalizer still holds it. */
  terminate(key: string): void {
    const service = this.api.get<Service>('services', key)
    if (service === undefined) return
    this.tell(`delete Service ${key}, which a finalizer holds`)
    this.api.put('services', { ...service, metadata: { ...service.metadata, deletionTimestamp: this.#stamp() } })
  }

  /** Somebody who is not the leader writes a status: another program, a person, or MetalLB before us. */
  show(key: string, addresses: readonly string[], pool: string | undefined): void {
    const service = this.api.get<Service>('services', key)
    if (service?.spec?.type !== 'LoadBalancer') return
    this.tell(`somebody writes ${addresses.join(' ')} into the status of ${key}`)
    for (const what of [key, ...addresses, ...shownOf(service)]) this.strange.add(what)
    const { [names.allocatedFromPool]: _, ...others } = service.metadata.annotations ?? {}
    this.api.put('services', {
      ...service,
      metadata: { ...service.metadata, annotations: pool === undefined ? others : { ...others, [names.allocatedFromPool]: pool } },
      status: { ...service.status, loadBalancer: { ingress: addresses.map((ip) => ({ ip, ipMode: 'VIP' })) } },
    })
  }

  /** Of the pools with these names those that are given stay or come, and the others go. */
  putPools(wanted: readonly IPAddressPool[], scope: readonly string[]): void {
    for (const name of scope) {
      const key = `metallb-system/${name}`
      const existing = this.api.get<IPAddressPool>('pools', key)
      const pool = wanted.find(({ metadata }) => metadata.name === name)
      if (pool === undefined && existing === undefined) continue
      this.tell(
        pool === undefined ? `delete pool ${name}` : `put pool ${name} ${JSON.stringify({ ...pool.metadata.annotations, ...pool.spec })}`,
      )
      if (pool === undefined) this.api.drop('pools', key)
      else {
        const { uid = `uid-${++this.#births}`, creationTimestamp = this.#stamp() } = existing?.metadata ?? {}
        const status = existing?.status === undefined ? {} : { status: existing.status }
        this.api.put('pools', { ...pool, metadata: { ...pool.metadata, uid, creationTimestamp }, ...status })
      }
    }
  }

  putPolicies(wanted: readonly AllocationPolicy[]): void {
    this.tell(`policies ${JSON.stringify(wanted.map(({ metadata: { name }, spec }) => ({ name, ...spec })))}`)
    for (const { metadata } of this.api.list('policies')) this.api.drop('policies', `metallb-system/${metadata.name}`)
    for (const policy of wanted) this.api.put('policies', policy)
  }

  putNamespace(name: string, labels: Readonly<Record<string, string>>, defaultPool?: string): void {
    this.tell(`namespace ${name} ${JSON.stringify(labels)} default pool ${defaultPool ?? 'none'}`)
    const annotations = defaultPool === undefined ? {} : { 'metallb.io/default-pool': defaultPool }
    this.api.put('namespaces', { metadata: { name, labels: { 'kubernetes.io/metadata.name': name, ...labels }, annotations } })
  }

  putNode(name: string, addresses: readonly string[]): void {
    this.tell(`node ${name} has ${addresses.join(' ')}`)
    const status = { addresses: addresses.map((address) => ({ type: 'InternalIP', address })) }
    this.api.put<Node>('nodes', { metadata: { name }, status })
  }

  hear(replica: Replica, kind: Kind, count: number): boolean {
    const heard = !replica.isFrozen && replica.hear(kind, count)
    if (heard) this.tell(`${replica.name} hears of ${kind}`)
    return heard
  }

  list(replica: Replica, kind: Kind): void {
    if (replica.isFrozen) return
    this.tell(`${replica.name} lists ${kind} anew`)
    replica.list(kind)
  }

  /** A status arrives at the API server. */
  arrive(index: number, fate?: Fate): void {
    const under = this.requests.filter(({ answer }) => answer === undefined)
    const request = under[index % under.length]
    if (request === undefined) return
    if (fate === undefined || fate === 'unanswered') this.#store(request)
    if (fate !== undefined) request.answer = new ApiError(fate, fates[fate])
    this.tell(`the status of ${request.key} arrives: ${request.answer instanceof ApiError ? request.answer.message : 'taken'}`)
  }

  /** An answer arrives at the replica. */
  answer(index: number): void {
    const back = this.requests.filter(({ answer, from }) => answer !== undefined && !from.isFrozen)
    const request = back[index % back.length]
    if (request === undefined) return
    this.requests = this.requests.filter((other) => other !== request)
    request.from.receive(request)
  }

  pass(ms: number): boolean {
    this.tell(`${ms} ms pass`)
    return this.replicas.map((replica) => !replica.isFrozen && replica.pass(ms)).includes(true)
  }

  /** The other replica leads from now on: the first one gives up, is frozen between two instructions, or dies. */
  async takeOver(how: 'handover' | 'freeze' | 'crash'): Promise<void> {
    await this.thaw()
    const [old, next] = this.replicas
    this.tell(`${how} of ${old.name}: ${next.name} leads`)
    if (how === 'freeze') old.isFrozen = true
    else old.isLeader = false
    if (how === 'handover') void old.reconciler.follow()
    if (how === 'crash') old.isDead = true
    const second = how === 'crash' ? this.#process(old.name) : old
    this.replicas = [next, second]
    if (second !== old) await second.reconciler.start()
    this.#enthrone(next)
  }

  /** It goes on where it was, and asks for its lease before it sends. */
  async thaw(): Promise<void> {
    for (const replica of this.replicas.filter(({ isFrozen }) => isFrozen)) {
      this.tell(`${replica.name} goes on`)
      replica.isFrozen = false
      replica.isLeader = false
      await this.turn()
      void replica.reconciler.follow()
    }
  }

  /** Everything that is under way arrives, until nothing happens any more, however long one waits. */
  async rest(): Promise<void> {
    await this.thaw()
    this.tell('all comes to rest')
    for (let round = 0; round < 200; round++) {
      await this.#calm()
      const before = this.api.changes.services.length + this.api.changes.pools.length
      const hadWaited = this.pass(40_000)
      await this.turn()
      if (this.requests.length === 0 && !hadWaited) {
        this.strange.clear()
        return
      }
      if (round > 100) this.tell(`it does not come to rest: ${this.requests.map(({ key }) => key).join()} ${before}`)
    }
    throw new Error('it never comes to rest')
  }

  async #calm(): Promise<void> {
    for (let round = 0; round < 500; round++) {
      while (this.requests.some(({ answer }) => answer === undefined)) this.arrive(0)
      const isAnswered = this.requests.length > 0
      while (this.requests.length > 0) this.answer(0)
      await this.turn()
      const hears = this.replicas.flatMap((replica) => kinds.map((kind) => this.hear(replica, kind, Number.MAX_SAFE_INTEGER)))
      await this.turn()
      if (!isAnswered && !hears.includes(true) && this.requests.length === 0) return
    }
    throw new Error('it never becomes calm')
  }

  #store(request: Request): void {
    const { key, kind, body, reign } = request
    const before = this.api.get<Service>(kind, key)
    request.answer = this.api.patchStatus(kind, key, body)
    if (kind === 'pools' || reign === this.#reign || request.answer instanceof ApiError) return
    // An earlier leader's.
    const addresses = [...(before === undefined ? [] : shownOf(before)), ...(body.status.loadBalancer?.ingress ?? []).map(({ ip }) => ip)]
    for (const what of [key, ...addresses]) this.strange.add(what)
  }

  #process(name: string): Replica {
    return new Replica(name, {
      api: this.api,
      sent: (request) => {
        this.requests = [...this.requests, request]
        const texts = request.body.status.loadBalancer?.ingress?.map(({ ip }) => ip).join(' ') ?? 'nothing'
        this.tell(`${name} sends ${request.kind === 'pools' ? 'the counters' : texts} for ${request.key}`)
        try {
          this.#judge.sent(request, this)
        } catch (error) {
          this.#broken ??= error instanceof Error ? error : new Error(String(error))
        }
      },
      told: (line) => this.tell(`${name}: ${line}`),
    })
  }

  #enthrone(replica: Replica): void {
    replica.lead(++this.#reign)
  }

  /** Some things are of the same second. */
  #stamp(): string {
    this.#second++
    return new Date(Date.UTC(2026, 0, 1) + Math.floor(this.#second / 3) * 1000).toISOString().replace('.000Z', 'Z')
  }
}

function merge(existing: Service | undefined, { key, options, type, loadBalancerClass, replaces }: Wish, born: ServiceOptions): Service {
  const wantedClass = existing?.spec?.type === 'LoadBalancer' ? existing.spec.loadBalancerClass : loadBalancerClass
  const ofClass = wantedClass === undefined || type !== 'LoadBalancer' ? {} : { loadBalancerClass: wantedClass }
  const fresh = serviceObject(key, { ...options, ...born, spec: { ...options.spec, type, ...ofClass } })
  if (existing === undefined) return fresh
  const { deletionTimestamp, annotations: before } = existing.metadata
  const pool = replaces === true ? undefined : before?.[names.allocatedFromPool]
  const annotations = { ...fresh.metadata.annotations, ...(pool === undefined ? {} : { [names.allocatedFromPool]: pool }) }
  const metadata = { ...fresh.metadata, annotations, ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) }
  // What is no LoadBalancer has no addresses.
  return { ...fresh, metadata, status: type === 'LoadBalancer' ? (existing.status ?? {}) : { ...existing.status, loadBalancer: {} } }
}
