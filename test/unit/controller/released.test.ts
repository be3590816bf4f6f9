// What a deleted Service leaves behind: what the controller's replicas remember of it, and what they write down.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { metrics } from '../../../controller/io/metrics.ts'
import { Reconciler } from '../../../controller/reconcile.ts'
import type { ConfigMap, KubeObject, Namespace, Node, Service } from '../../../core/objects.ts'
import { ApiError, type KubeClient, type PatchOptions } from '../../../kube/client.ts'
import type { Clock } from '../../../kube/clock.ts'
import { createLogger } from '../../../kube/logger.ts'
import { ObjectStore } from '../../../kube/store.ts'
import type { AllocationPolicy, IPAddressPool } from '../../../schemas/generated/types.ts'
import { poolObject, type ServiceOptions, serviceObject } from '../core/objects.ts'

const minute = 60_000
const holding = { 'metallb.io/hold': '10m' }
const resting = { 'metallb.io/reuse': 'least-recently-released' }
const recordName = 'metallb-released-addresses'

function store<T extends KubeObject>(): ObjectStore<T> {
  return new ObjectStore<T>((error) => {
    throw error
  })
}

/** Time that passes only by `pass`. */
class PlayedClock implements Clock {
  #wall = Date.parse('2026-01-01T00:00:00Z')
  #sleepers: { readonly at: number; readonly wake: () => void }[] = []
  readonly random = (): number => 0.5
  readonly now = (): number => this.#wall
  readonly wall = (): number => this.#wall

  readonly sleep = (ms: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#sleepers.push({ at: this.#wall + ms, wake: resolve })
    return promise
  }

  async pass(ms: number): Promise<void> {
    const end = this.#wall + ms
    for (;;) {
      await rest()
      const [next] = this.#sleepers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next)
      this.#wall = Math.max(this.#wall, next.at)
      next.wake()
    }
    this.#wall = end
  }
}

async function rest(): Promise<void> {
  for (let turns = 0; turns < 30; turns++) await nextTurn()
}

/** An API server with what is stored, which every replica watches. */
class Stage {
  readonly services = store<Service>()
  readonly namespaces = store<Namespace>()
  readonly nodes = store<Node>()
  readonly pools = store<IPAddressPool>()
  readonly policies = store<AllocationPolicy>()
  readonly releases = store<ConfigMap>()
  readonly clock = new PlayedClock()
  readonly events: string[] = []
  recordWrites = 0
  leader: Reconciler | undefined
  #version = 1

  constructor(annotations: Readonly<Record<string, string>>) {
    metrics.registry.resetMetrics()
    this.namespaces.put({ metadata: { name: 'shop', resourceVersion: '1' } })
    this.pool(annotations)
  }

  pool(annotations: Readonly<Record<string, string>>, addresses = '10.0.0.1-10.0.0.2'): void {
    this.pools.put(poolObject('a', { addresses: [addresses] }, { annotations, resourceVersion: this.#next() }))
  }

  /** A new process. */
  async replica(): Promise<Reconciler> {
    const { services, namespaces, nodes, pools, policies, releases, clock } = this
    const reconciler: Reconciler = new Reconciler({
      cluster: {
        services,
        namespaces,
        nodes,
        pools,
        policies,
        releases,
        start: () => undefined,
        stop: () => Promise.resolve(),
        whenSynced: () => Promise.resolve(),
        catchUp: () => Promise.resolve(),
      },
      client: {
        create: ((_resource, object) => this.#create(object as ConfigMap)) as KubeClient['create'],
        patch: ((_resource, name, options) => this.#patch(name, options)) as KubeClient['patch'],
      },
      namespace: 'metallb-system',
      classes: {},
      poolPriority: 'highest',
      isLeader: () => this.leader === reconciler,
      events: { event: (object, _type, reason, message) => this.events.push(`${object.metadata.name} ${reason}: ${message}`) },
      metrics,
      log: createLogger({ component: 'controller', level: 'error', destination: { write: () => undefined } }),
      clock,
    })
    await reconciler.start()
    return reconciler
  }

  async lead(reconciler: Reconciler): Promise<void> {
    await this.leader?.follow()
    this.leader = reconciler
    reconciler.lead('')
    await this.clock.pass(0)
  }

  async put(name: string, options: ServiceOptions = {}): Promise<string> {
    const object = serviceObject(`shop/${name}`, { ...options, uid: `${name}-${this.#version}` })
    this.services.put({ ...object, metadata: { ...object.metadata, resourceVersion: this.#next() } })
    await this.clock.pass(0)
    return this.held(name)
  }

  async remove(name: string): Promise<void> {
    const object = this.services.get(`shop/${name}`)
    if (object !== undefined) this.services.drop(object)
    await this.clock.pass(0)
  }

  held(name: string): string {
    return (this.services.get(`shop/${name}`)?.status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip).join()
  }

  get record(): Readonly<Record<string, string>> | undefined {
    return this.releases.list()[0]?.data
  }

  /** Somebody edits the ConfigMap. */
  async tamper(data: unknown): Promise<void> {
    this.releases.put({ metadata: { name: recordName, resourceVersion: this.#next() }, data } as ConfigMap)
    await this.clock.pass(0)
  }

  #next(): string {
    return String(++this.#version)
  }

  #create(object: ConfigMap): Promise<ConfigMap> {
    if (this.releases.size > 0) return Promise.reject(new ApiError('exists', { status: 409, reason: 'AlreadyExists' }))
    const made = { ...object, metadata: { name: recordName, resourceVersion: this.#next() } }
    this.recordWrites++
    this.releases.put(made)
    return Promise.resolve(made)
  }

  async #patch(name: string, { namespace, body }: PatchOptions): Promise<unknown> {
    await nextTurn()
    const { metadata, data, status } = body as Partial<ConfigMap> & Pick<Service, 'status' | 'metadata'>
    if (name === recordName) {
      const before = this.releases.list()[0]
      if (before?.metadata.resourceVersion !== metadata.resourceVersion) throw new ApiError('changed', { status: 409, reason: 'Conflict' })
      const merged = Object.entries({ ...before?.data, ...data }).filter(([, value]) => value !== null)
      const written = { metadata: { name, resourceVersion: this.#next() }, data: Object.fromEntries(merged) }
      this.recordWrites++
      this.releases.put(written)
      return written
    }
    const object = this.services.get(`${namespace}/${name}`)
    if (object === undefined || object.metadata.resourceVersion !== metadata.resourceVersion)
      throw new ApiError('changed', { status: 409, reason: 'Conflict' })
    const texts = Object.entries({ ...object.metadata.annotations, ...metadata.annotations }).filter(([, value]) => value !== null)
    const kept = { ...object.metadata, annotations: Object.fromEntries(texts), resourceVersion: this.#next() }
    const written: Service = { ...object, metadata: kept, ...(status === undefined ? {} : { status }) }
    this.services.put(written)
    return written
  }
}

describe('What a deleted Service leaves behind', () => {
  it('is written down at once, read by everybody, and gone when its time is over', async () => {
    const stage = new Stage(holding)
    await stage.lead(await stage.replica())
    expect([await stage.put('web'), stage.record]).to.deep.equal(['10.0.0.1', undefined])
    await stage.remove('web')
    expect(stage.record).to.deep.equal({ a: '2026-01-01T00:00:00.000Z 10.0.0.1 shop/web\n' })
    await stage.clock.pass(10 * minute)
    expect(stage.record).to.deep.equal({})
  })

  it('is offered to who waits for it when its time is over, without any other reason', async () => {
    const stage = new Stage(holding)
    await stage.lead(await stage.replica())
    await stage.put('web')
    await stage.put('api')
    await stage.remove('web')
    expect(await stage.put('next')).to.equal('')
    expect(stage.events.at(-1)).to.equal(
      'next AllocationFailed: Failed to allocate IP for "shop/next": no available IPs: pool "a": every IPv4 address is in use or held for a deleted Service (1 is, by metallb.io/hold of the pool)',
    )
    await stage.clock.pass(10 * minute - 1)
    expect(stage.held('next')).to.equal('')
    await stage.clock.pass(1)
    expect(stage.held('next')).to.equal('10.0.0.1')
  })

  it('is offered to who waits for it when the pool holds no longer', async () => {
    const stage = new Stage(holding)
    await stage.lead(await stage.replica())
    await stage.put('web')
    await stage.remove('web')
    expect(await stage.put('next', { annotations: { 'metallb.io/loadBalancerIPs': '10.0.0.1' } })).to.equal('')
    stage.pool({})
    await stage.clock.pass(0)
    expect(stage.held('next')).to.equal('10.0.0.1')
    await stage.clock.pass(1000)
    expect(stage.record).to.deep.equal({})
  })

  it('is the same for the next leader, who saw it too, though nobody led and nothing was written', async () => {
    const stage = new Stage(holding)
    const [first, second] = [await stage.replica(), await stage.replica()]
    await stage.lead(first)
    await stage.put('web')
    await first.follow()
    stage.leader = undefined
    await stage.remove('web')
    expect(stage.record).to.equal(undefined)
    await stage.clock.pass(5 * minute)
    await stage.lead(second)
    expect(stage.record).to.deep.equal({ a: '2026-01-01T00:00:00.000Z 10.0.0.1 shop/web\n' })
    expect([await stage.put('other'), await stage.put('web')]).to.deep.equal(['10.0.0.2', '10.0.0.1'])
  })

  it('outlives a restart of all replicas', async () => {
    const stage = new Stage({ ...holding, ...resting })
    const first = await stage.replica()
    await stage.lead(first)
    await stage.put('web')
    await stage.remove('web')
    await first.stop()
    await stage.clock.pass(minute)
    await stage.lead(await stage.replica())
    expect([await stage.put('other'), await stage.put('web')]).to.deep.equal(['10.0.0.2', '10.0.0.1'])
  })

  it('is forgotten when the Service comes back and asks for another, and who waits gets it', async () => {
    const stage = new Stage(holding)
    await stage.lead(await stage.replica())
    await stage.put('web')
    await stage.remove('web')
    const wanting = (ip: string): ServiceOptions => ({ annotations: { 'metallb.io/loadBalancerIPs': ip } })
    expect(await stage.put('next', wanting('10.0.0.1'))).to.equal('')
    expect(await stage.put('web', wanting('10.0.0.2'))).to.equal('10.0.0.2')
    expect(stage.held('next')).to.equal('10.0.0.1')
  })

  it('is nothing that a Service holds that is no LoadBalancer for a while', async () => {
    const stage = new Stage(holding)
    await stage.lead(await stage.replica())
    await stage.put('web')
    const object = stage.services.get('shop/web')
    stage.services.put({ ...object, metadata: { ...object?.metadata, resourceVersion: '900' }, spec: { type: 'ClusterIP' }, status: {} })
    await stage.clock.pass(0)
    expect(await stage.put('other')).to.equal('10.0.0.2')
    expect(await stage.put('web')).to.equal('10.0.0.1')
  })

  it('costs one write in a second, however many Services go', async () => {
    const stage = new Stage(holding)
    stage.pool(holding, '10.0.0.1-10.0.0.100')
    await stage.lead(await stage.replica())
    for (let number = 0; number < 20; number++) await stage.put(`s${number}`)
    for (let number = 0; number < 20; number++) {
      await stage.remove(`s${number}`)
      await stage.clock.pass(50)
    }
    await stage.clock.pass(1000)
    expect(stage.recordWrites).to.equal(2)
    await stage.clock.pass(5 * minute)
    expect(stage.recordWrites).to.equal(2)
  })

  it('is not written down where no pool has a use for it', async () => {
    const stage = new Stage({})
    await stage.lead(await stage.replica())
    await stage.put('web')
    await stage.remove('web')
    await stage.clock.pass(minute)
    expect([stage.record, stage.recordWrites]).to.deep.equal([undefined, 0])
  })

  for (const [name, data] of Object.entries({
    nonsense: { a: 'hello', b: '2026-01-01T00:00:00Z 10.0.0.1\n2026-01-01T00:00:00Z 10.0.0.2 shop/web x' },
    'what is no text': { a: 5 },
    'nothing any more': undefined,
    'addresses of nobody': { a: '2026-01-01T00:00:00Z 10.9.0.1 shop/web' },
  }))
    it(`is written down again when somebody makes ${name} of it`, async () => {
      const stage = new Stage(holding)
      await stage.lead(await stage.replica())
      await stage.put('web')
      await stage.remove('web')
      await stage.tamper(data)
      await stage.clock.pass(1000)
      expect(stage.record).to.deep.equal({ a: '2026-01-01T00:00:00.000Z 10.0.0.1 shop/web\n' })
      expect(await stage.put('web')).to.equal('10.0.0.1')
    })

  it('keeps no address longer than the pool says, whatever somebody wrote before the start', async () => {
    const stage = new Stage(holding)
    await stage.tamper({ a: '2099-01-01T00:00:00Z 10.0.0.1 shop/ghost\n1999-01-01T00:00:00Z 10.0.0.2 shop/late' })
    await stage.lead(await stage.replica())
    expect([await stage.put('one'), await stage.put('two')]).to.deep.equal(['10.0.0.2', ''])
    await stage.clock.pass(10 * minute)
    expect(stage.held('two')).to.equal('10.0.0.1')
  })
})
