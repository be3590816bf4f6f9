import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { metrics } from '../../../controller/io/metrics.ts'
import { Reconciler } from '../../../controller/reconcile.ts'
import type { ConfigMap, KubeObject, Namespace, Node, Service } from '../../../core/objects.ts'
import { ApiError, type KubeClient } from '../../../kube/client.ts'
import { type Clock, systemClock } from '../../../kube/clock.ts'
import { createLogger } from '../../../kube/logger.ts'
import { ObjectStore } from '../../../kube/store.ts'
import type { AllocationPolicy, IPAddressPool } from '../../../schemas/generated/types.ts'
import type { Condition } from '../../../schemas/object-meta.ts'
import { policyObject, poolObject, type ServiceOptions, serviceObject } from '../core/objects.ts'

interface Patch {
  readonly metadata: { readonly resourceVersion: string; readonly annotations: Readonly<Record<string, string | null>> }
  readonly status: {
    readonly loadBalancer: { readonly ingress: readonly { readonly ip: string; readonly ipMode: string }[] | null }
    readonly conditions?: readonly Condition[]
  }
}

function store<T extends KubeObject>(): ObjectStore<T> {
  return new ObjectStore<T>((error) => {
    throw error
  })
}

/** An API server that knows only how to take a status, and caches that follow it when they are told to. */
class Scene {
  readonly services = store<Service>()
  readonly namespaces = store<Namespace>()
  readonly nodes = store<Node>()
  readonly pools = store<IPAddressPool>()
  readonly policies = store<AllocationPolicy>()
  readonly releases = store<ConfigMap>()
  /** What the API server has; the caches may be behind. */
  readonly stored = new Map<string, Service>()
  readonly writes: string[] = []
  readonly events: string[] = []
  readonly lines: string[] = []
  /** Milliseconds that were to be waited; a wait ends only by `wake`. */
  readonly waits: number[] = []
  readonly reconciler: Reconciler
  /** Versions that were waited for, and when they are there. */
  readonly waitedFor: string[] = []
  arrival: Promise<void> = Promise.resolve()
  isLeader = true
  isWatching = true
  answer: ((key: string) => Promise<void>) | undefined
  /** Added to what the clock says. */
  passedMs = 0
  /** How long it takes to read the configuration. */
  readingMs = 0
  #version = 100
  #wake: (() => void)[] = []

  constructor() {
    // The metrics of a process are one table.
    metrics.registry.resetMetrics()
    const clock: Clock = {
      ...systemClock,
      now: () => systemClock.now() + this.passedMs,
      sleep: (ms) => {
        this.waits.push(ms)
        return new Promise((resolve) => this.#wake.push(resolve))
      },
    }
    this.reconciler = new Reconciler({
      cluster: {
        services: this.services,
        namespaces: this.namespaces,
        nodes: this.nodes,
        pools: this.pools,
        policies: this.policies,
        releases: this.releases,
        start: () => undefined,
        stop: () => Promise.resolve(),
        whenSynced: () => Promise.resolve(),
        catchUp: (version) => {
          this.waitedFor.push(version)
          return this.arrival
        },
      },
      client: {
        create: () => Promise.reject(new Error('no pool here has a use for it')),
        patch: ((_resource, name, options) => this.#patch(`${options.namespace}/${name}`, options.body as Patch)) as KubeClient['patch'],
      },
      namespace: 'metallb-system',
      classes: {},
      poolPriority: 'highest',
      isLeader: () => this.isLeader,
      onConfiguration: () => {
        this.passedMs += this.readingMs
      },
      events: { event: (object, _type, reason, message) => this.events.push(`${object.metadata.name} ${reason}: ${message}`) },
      metrics,
      log: createLogger({ component: 'controller', level: 'info', destination: { write: (line) => this.lines.push(line) } }),
      clock,
    })
    this.namespaces.put({ metadata: { name: 'shop', resourceVersion: '1', labels: { 'kubernetes.io/metadata.name': 'shop' } } })
  }

  async lead(): Promise<this> {
    await this.reconciler.start()
    this.reconciler.lead('')
    return this.rest()
  }

  pool(addresses: string, name = 'a'): this {
    this.pools.put(poolObject(name, { addresses: [addresses] }, { resourceVersion: String(++this.#version) }))
    return this
  }

  /** For each namespace. */
  limit(addresses: { readonly ipv4?: number }): this {
    const policy = policyObject('few', { quota: { addresses } })
    this.policies.put({ ...policy, metadata: { ...policy.metadata, resourceVersion: String(++this.#version) } })
    return this
  }

  unlimit(): this {
    for (const policy of this.policies.list()) this.policies.drop(policy)
    return this
  }

  heldCount(): number {
    return [...this.stored.values()].filter(({ metadata }) => this.held(metadata.name ?? '') !== '').length
  }

  put(name: string, options: ServiceOptions = {}): this {
    const object = serviceObject(`shop/${name}`, options)
    this.#store(`shop/${name}`, { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } })
    return this
  }

  remove(name: string): this {
    const object = this.stored.get(`shop/${name}`)
    this.stored.delete(`shop/${name}`)
    if (object !== undefined) this.services.drop(object)
    return this
  }

  held(name: string): string {
    return (this.stored.get(`shop/${name}`)?.status?.loadBalancer?.ingress ?? []).map(({ ip, ipMode }) => `${ip} ${ipMode}`).join()
  }

  /** The watch brings what it missed. */
  catchUp(): this {
    for (const object of this.stored.values()) this.services.put(object)
    return this
  }

  wake(): this {
    for (const wake of this.#wake.splice(0)) wake()
    return this
  }

  async rest(): Promise<this> {
    for (let turns = 0; turns < 30; turns++) await nextTurn()
    return this
  }

  async #patch(key: string, { metadata, status }: Patch): Promise<unknown> {
    await this.answer?.(key)
    await nextTurn()
    const object = this.stored.get(key)
    if (object === undefined) throw new ApiError('gone', { status: 404, reason: 'NotFound' })
    if (object.metadata.resourceVersion !== metadata.resourceVersion) throw new ApiError('changed', { status: 409, reason: 'Conflict' })
    const texts = Object.entries({ ...object.metadata.annotations, ...metadata.annotations })
    const annotations = Object.fromEntries(texts.filter((entry): entry is [string, string] => entry[1] !== null))
    const { ingress } = status.loadBalancer
    this.writes.push(`${key} ${ingress?.map(({ ip }) => ip).join() ?? 'nothing'}`)
    const written: Service = {
      ...object,
      metadata: { ...object.metadata, annotations, resourceVersion: String(++this.#version) },
      status: { ...object.status, ...status, loadBalancer: ingress === null ? {} : { ingress } },
    }
    this.#store(key, written)
    return written
  }

  #store(key: string, object: Service): void {
    this.stored.set(key, object)
    if (this.isWatching) this.services.put(object)
  }
}

describe('The controller', () => {
  it('takes nobody an address while its own Namespace is being deleted, and the pools with it', async () => {
    const scene = await new Scene().pool('10.0.0.1-10.0.0.9').put('web').lead()
    const ending = { name: 'metallb-system', resourceVersion: '900', deletionTimestamp: '2026-01-01T00:00:00Z' }
    scene.namespaces.put({ metadata: ending })
    for (const pool of scene.pools.list()) scene.pools.drop(pool)
    await scene.rest()
    expect(scene.held('web')).to.equal('10.0.0.1 VIP')
  })

  it('writes address, ipMode and pool once, and tells of it when that is done', async () => {
    const scene = await new Scene().pool('10.0.0.1-10.0.0.9').put('web').lead()
    expect(scene.held('web')).to.equal('10.0.0.1 VIP')
    expect(scene.stored.get('shop/web')?.metadata.annotations).to.deep.equal({ 'metallb.io/ip-allocated-from-pool': 'a' })
    expect([scene.writes, scene.events]).to.deep.equal([['shop/web 10.0.0.1'], ['web IPAllocated: Assigned IP 10.0.0.1 from pool "a"']])
  })

  it('plans nothing before it leads, and nothing after', async () => {
    const scene = new Scene().pool('10.0.0.1-10.0.0.9').put('one')
    await scene.reconciler.start()
    await scene.rest()
    expect(scene.writes).to.deep.equal([])
    scene.reconciler.lead('')
    await scene.rest()
    await scene.reconciler.follow()
    await scene.put('two').pool('10.0.0.1-10.0.0.10').rest()
    expect(scene.writes).to.deep.equal(['shop/one 10.0.0.1'])
  })

  it('begins to lead when its caches are warm, if it was elected before', async () => {
    const scene = new Scene().pool('10.0.0.1/32').put('web')
    scene.reconciler.lead('')
    await scene.reconciler.start()
    await scene.rest()
    expect(scene.held('web')).to.equal('10.0.0.1 VIP')
  })

  it('does not begin before it knows what the leader before it wrote', async () => {
    const arrival = Promise.withResolvers<void>()
    const scene = new Scene().pool('10.0.0.1-10.0.0.9').put('web')
    scene.arrival = arrival.promise
    await scene.reconciler.start()
    scene.reconciler.lead('90')
    await scene.rest()
    expect([scene.waitedFor, scene.writes]).to.deep.equal([['90'], []])
    scene.put('old', { held: ['10.0.0.1'], annotations: { 'metallb.io/ip-allocated-from-pool': 'a' } })
    arrival.resolve()
    await scene.rest()
    expect(scene.writes).to.deep.equal(['shop/web 10.0.0.2'])
    expect(scene.reconciler.lastWrite).to.equal(scene.stored.get('shop/web')?.metadata.resourceVersion)
  })

  it('does not begin at all when it leads no more by then', async () => {
    const arrival = Promise.withResolvers<void>()
    const scene = new Scene().pool('10.0.0.1-10.0.0.9').put('web')
    scene.arrival = arrival.promise
    await scene.reconciler.start()
    scene.reconciler.lead('90')
    await scene.reconciler.follow()
    arrival.resolve()
    await scene.rest()
    expect(scene.writes).to.deep.equal([])
  })

  it('writes why there is no address once a second at most, and an address at once', async () => {
    const scene = await new Scene().pool('10.0.0.1/32').put('one').put('two').lead()
    const asking = (pool: string): ServiceOptions => ({ annotations: { 'metallb.io/address-pool': pool } })
    for (const pool of ['gone', 'away', 'lost']) await scene.put('two', asking(pool)).rest()
    const of = (name: string): readonly string[] => scene.writes.filter((write) => write.startsWith(`shop/${name} `))
    expect(of('two')).to.deep.equal(['shop/two nothing'])
    scene.passedMs += 1000
    await scene.wake().rest()
    expect(of('two')).to.deep.equal(['shop/two nothing', 'shop/two nothing'])
    expect(scene.stored.get('shop/two')?.status?.conditions?.[0]?.message).to.include('"lost"')
    scene.remove('one')
    await scene.put('two', asking('a')).rest()
    expect(of('two').at(-1)).to.equal('shop/two 10.0.0.1')
  })

  it('reads a configuration that takes long no more often than leaves time for the Services', async () => {
    const scene = await new Scene().pool('10.0.0.1/32').put('one').put('two').lead()
    scene.readingMs = 50
    await scene.pool('10.0.0.1/32', 'b').pool('10.0.1.0/32').rest()
    expect(scene.heldCount()).to.equal(2)
    await scene.put('three').pool('10.0.2.1/32', 'c').rest()
    expect([scene.heldCount(), scene.waits.at(-1)]).to.satisfy(
      ([held, ms]: readonly number[]) => held === 2 && ms !== undefined && ms > 50 && ms < 200,
    )
    await scene.wake().rest()
    expect(scene.heldCount()).to.equal(3)
  })

  it('asks whether it leads right before each write', async () => {
    const scene = new Scene().pool('10.0.0.1-10.0.0.9').put('web')
    scene.isLeader = false
    await scene.lead()
    expect([scene.writes, scene.events]).to.deep.equal([[], []])
    scene.isLeader = true
    await scene.wake().rest()
    expect(scene.writes).to.deep.equal(['shop/web 10.0.0.1'])
  })

  it('does not write again while the watch has not shown its own write', async () => {
    const scene = await new Scene().pool('10.0.0.1-10.0.0.9').lead()
    scene.put('web')
    scene.isWatching = false
    await scene.rest()
    await scene.pool('10.0.0.1-10.0.0.8').rest()
    await scene.catchUp().rest()
    expect(scene.writes).to.deep.equal(['shop/web 10.0.0.1'])
  })

  it('plans anew, with the same address, when the Service changed under its write', async () => {
    const scene = await new Scene().pool('10.0.0.1-10.0.0.9').lead()
    scene.answer = () => {
      scene.answer = undefined
      scene.put('web', { labels: { changed: 'yes' } })
      return Promise.resolve()
    }
    await scene.put('web').rest()
    expect(scene.held('web')).to.equal('10.0.0.1 VIP')
    expect(scene.writes).to.have.length(1)
    expect(scene.stored.get('shop/web')?.metadata.labels).to.deep.equal({ changed: 'yes' })
  })

  it('releases the address of a Service that was deleted under its write', async () => {
    const scene = await new Scene().pool('10.0.0.1/32').lead()
    scene.answer = () => {
      scene.answer = undefined
      scene.remove('one')
      return Promise.resolve()
    }
    await scene.put('one').rest()
    await scene.put('two').rest()
    expect(scene.held('two')).to.equal('10.0.0.1 VIP')
  })

  it('logs what was tried, and counts who gets nothing by the reason', async () => {
    const scene = await new Scene().pool('10.0.0.1/32').lead()
    await scene.put('one').put('two').rest()
    const [line] = scene.lines.filter((each) => each.includes('AllocationFailed'))
    expect(JSON.parse(line ?? '{}')).to.deep.include({ service: 'shop/two', trace: [{ reason: 'PoolExhausted', pool: 'a' }] })
    const { values } = await metrics.metallb_allocator_refusals_total.get()
    expect(values.map(({ labels, value }) => [labels.reason, value])).to.deep.equal([['NoPoolAvailable', 1]])
  })

  it('tries a write again when the API server was away, and hands the address to nobody else', async () => {
    const scene = await new Scene().pool('10.0.0.1-10.0.0.2').lead()
    scene.answer = (key) =>
      key === 'shop/one' ? Promise.reject(new ApiError('away', { status: 0, reason: 'Unreachable' })) : Promise.resolve()
    await scene.put('one').rest()
    await scene.put('two').rest()
    expect([scene.held('one'), scene.held('two')]).to.deep.equal(['', '10.0.0.2 VIP'])
    scene.answer = undefined
    await scene.wake().rest()
    expect(scene.held('one')).to.equal('10.0.0.1 VIP')
  })

  it('names a missing permission in one line, and goes on when it is granted', async () => {
    const scene = await new Scene().pool('10.0.0.1-10.0.0.9').lead()
    scene.answer = () => Promise.reject(new ApiError('PATCH: 403: grant it', { status: 403, reason: 'Forbidden' }))
    await scene.put('one').put('two').put('three').rest()
    expect(scene.lines.filter((line) => line.includes('permissionMissing'))).to.have.length(1)
    // One of them asks for all.
    const asked = (): number => scene.waits.filter((ms) => ms === 1000).length
    expect(asked()).to.equal(1)
    await scene.wake().rest()
    expect(asked()).to.equal(2)
    scene.answer = undefined
    await scene.wake().rest()
    expect(scene.writes).to.have.length(3)
  })

  it('gives an address that is given up to one who waits', async () => {
    const scene = await new Scene().pool('10.0.0.1/32').put('one').lead()
    await scene.put('two').put('three').rest()
    await scene.remove('one').rest()
    expect([scene.held('two'), scene.held('three')].filter((text) => text !== '')).to.deep.equal(['10.0.0.1 VIP'])
  })

  it('keeps others off an address until the status of its last holder shows another', async () => {
    const scene = await new Scene().pool('10.0.0.1-10.0.0.2').put('one').lead()
    const open = Promise.withResolvers<void>()
    scene.answer = (key) => (key === 'shop/one' ? open.promise : Promise.resolve())
    const annotations = { 'metallb.io/loadBalancerIPs': '10.0.0.2', 'metallb.io/ip-allocated-from-pool': 'a' }
    await scene.put('one', { annotations, held: ['10.0.0.1'] }).rest()
    await scene.put('two').rest()
    expect([scene.held('one'), scene.held('two')]).to.deep.equal(['10.0.0.1 VIP', ''])
    open.resolve()
    await scene.rest()
    expect([scene.held('one'), scene.held('two')]).to.deep.equal(['10.0.0.2 VIP', '10.0.0.1 VIP'])
  })

  it('keeps others off an address that is on its way to a Service which may not have it any more', async () => {
    const scene = await new Scene().pool('10.0.0.1-10.0.0.2').lead()
    const open = Promise.withResolvers<void>()
    scene.answer = (key) => (key === 'shop/one' ? open.promise : Promise.resolve())
    await scene.put('one').rest()
    scene.pools.put(
      poolObject(
        'a',
        { addresses: ['10.0.0.1-10.0.0.2'], serviceAllocation: { serviceSelectors: [{ matchLabels: { app: 'a' } }] } },
        { resourceVersion: '900' },
      ),
    )
    await scene.put('two', { labels: { app: 'a' } }).rest()
    expect([scene.held('one'), scene.held('two')]).to.deep.equal(['', '10.0.0.2 VIP'])
    open.resolve()
    await scene.put('three', { labels: { app: 'a' } }).rest()
    expect([scene.held('one'), scene.held('three')]).to.deep.equal(['', '10.0.0.1 VIP'])
    expect(scene.writes.slice(0, 2)).to.deep.equal(['shop/two 10.0.0.2', 'shop/one 10.0.0.1'])
  })

  it('never shows more addresses of a namespace than its quota, and serves who waits as soon as there is room', async () => {
    const scene = await new Scene().pool('10.0.0.1-10.0.0.99').limit({ ipv4: 3 }).lead()
    for (let number = 10; number < 60; number++) scene.put(`web-${number}`)
    await scene.rest()
    expect(scene.heldCount()).to.equal(3)
    expect(scene.events.filter((text) => text.includes('AllocationPolicy "few" allows it 3'))).to.have.length(47)
    await scene.remove('web-10').rest()
    expect([scene.heldCount(), scene.held('web-13')]).to.deep.equal([3, '10.0.0.1 VIP'])
    await scene.limit({ ipv4: 5 }).rest()
    expect(scene.heldCount()).to.equal(5)
    await scene.limit({ ipv4: 0 }).rest()
    expect(scene.heldCount(), 'a quota that shrinks takes nobody anything').to.equal(5)
    expect(scene.events.filter((text) => text.includes('ClearAssignment'))).to.deep.equal([])
    await scene.unlimit().rest()
    expect(scene.heldCount()).to.equal(49)
  })

  it('waits for the Namespace of a Service, which decides about pools', async () => {
    const scene = await new Scene().lead()
    scene.pools.put(
      poolObject('gold', { addresses: ['10.0.1.1/32'], serviceAllocation: { namespaceSelectors: [{ matchLabels: { tier: 'gold' } }] } }),
    )
    scene.pool('10.0.0.1/32')
    const object = serviceObject('bank/web')
    scene.stored.set('bank/web', object)
    scene.services.put(object)
    await scene.rest()
    expect(scene.writes).to.deep.equal([])
    scene.namespaces.put({ metadata: { name: 'bank', resourceVersion: '1', labels: { tier: 'gold' } } })
    await scene.rest()
    expect(scene.writes).to.deep.equal(['bank/web 10.0.1.1'])
  })

  it('looks at the Services of a Namespace again when its labels change', async () => {
    const scene = new Scene()
    scene.pools.put(
      poolObject('gold', { addresses: ['10.0.1.1/32'], serviceAllocation: { namespaceSelectors: [{ matchLabels: { tier: 'gold' } }] } }),
    )
    await scene.put('web').lead()
    expect(scene.held('web')).to.equal('')
    scene.namespaces.put({ metadata: { name: 'shop', resourceVersion: '2', labels: { tier: 'gold' } } })
    await scene.rest()
    expect(scene.held('web')).to.equal('10.0.1.1 VIP')
  })

  it('hands out no address that a Node has, from the moment it is known', async () => {
    const scene = await new Scene().pool('10.0.0.1-10.0.0.3').lead()
    scene.nodes.put({
      metadata: { name: 'n1', resourceVersion: '1' },
      status: { addresses: [{ type: 'InternalIP', address: '10.0.0.1' }] },
    })
    await scene.put('web').rest()
    expect(scene.held('web')).to.equal('10.0.0.2 VIP')
  })

  it('exports the pools while it leads and not a moment longer', async () => {
    const scene = await new Scene().pool('10.0.0.1-10.0.0.3').put('web').lead()
    const shown = async (): Promise<readonly string[]> =>
      (await metrics.registry.metrics()).split('\n').filter((line) => /^metallb_(?:allocator|ip)_.*\{pool=/.test(line))
    expect(await shown()).to.have.members([
      'metallb_allocator_addresses_in_use_total{pool="a"} 1',
      'metallb_allocator_addresses_in_use{pool="a"} 1',
      'metallb_ip_addresses_in_use_total{pool="a"} 1',
      'metallb_allocator_addresses_total{pool="a"} 3',
      'metallb_ip_addresses_total{pool="a"} 3',
      'metallb_allocator_ipv4_addresses_in_use_total{pool="a"} 1',
      'metallb_allocator_ipv4_addresses_total{pool="a"} 3',
      'metallb_allocator_ipv6_addresses_in_use_total{pool="a"} 0',
      'metallb_allocator_ipv6_addresses_total{pool="a"} 0',
      'metallb_allocator_addresses_held{pool="a"} 0',
      'metallb_allocator_addresses_allocated_total{pool="a"} 1',
    ])
    await scene.reconciler.follow()
    expect(await shown()).to.deep.equal([])
  })

  it('measures what it takes to give an address, not how long one was missing, and counts who waits', async () => {
    const scene = await new Scene().pool('10.0.0.1/32').put('one').put('two').put('three').lead()
    const measured = async (): Promise<number | undefined> => {
      const { values } = await metrics.metallb_allocator_allocation_duration_seconds.get()
      return values.find(({ metricName }) => metricName?.endsWith('_count'))?.value
    }
    const waiting = async (): Promise<number | undefined> => (await metrics.metallb_allocator_services_waiting.get()).values[0]?.value
    expect([await measured(), await waiting()]).to.deep.equal([1, 2])
    await scene
      .put('one', { labels: { changed: 'yes' }, held: ['10.0.0.1'], annotations: { 'metallb.io/ip-allocated-from-pool': 'a' } })
      .rest()
    expect([await measured(), await waiting()]).to.deep.equal([1, 2])
    await scene.remove('one').rest()
    expect([await measured(), await waiting()]).to.deep.equal([2, 1])
    expect((await metrics.workqueue_depth.get()).values).to.deep.include({ labels: { name: 'services' }, value: 0 })
    await scene.reconciler.follow()
    expect(await waiting()).to.equal(0)
  })

  it('says what is wrong with a pool, and that its configuration is stale', async () => {
    const scene = await new Scene().pool('10.0.0.9-10.0.0.1').lead()
    expect(scene.lines.filter((line) => line.includes('poolProblem') && line.includes('RangeReversed'))).to.have.length(1)
    expect((await metrics.metallb_k8s_client_config_stale_bool.get()).values[0]?.value).to.equal(1)
    await scene.pool('10.0.0.1-10.0.0.9').put('web').rest()
    expect((await metrics.metallb_k8s_client_config_stale_bool.get()).values[0]?.value).to.equal(0)
    expect(scene.held('web')).to.equal('10.0.0.1 VIP')
  })

  it('says what is wrong with a policy, which is about nobody until it is put right', async () => {
    const broken = policyObject('none', { namespaceSelectors: [{ matchLabels: { '?': 'a' } }], quota: { addresses: { ipv4: 0 } } })
    const scene = new Scene().pool('10.0.0.1-10.0.0.9').put('web')
    scene.policies.put(broken)
    await scene.lead()
    expect(scene.lines.filter((line) => line.includes('policyProblem') && line.includes('SelectorInvalid'))).to.have.length(1)
    expect(scene.held('web')).to.equal('10.0.0.1 VIP')
  })
})
