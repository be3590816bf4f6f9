import { expect } from 'chai'
import fc from 'fast-check'
import { type Address, formatAddress } from '../../../core/address.ts'
import type { Policy } from '../../../core/config/policy.ts'
import type { Pool } from '../../../core/config/pool.ts'
import { compilePools } from '../../../core/config/pools.ts'
import { createIpam, type Ipam } from '../../../core/ipam.ts'
import type { NamespaceView } from '../../../core/namespace.ts'
import { joinName } from '../../../core/namespaced-name.ts'
import { Occupancy, type OccupancySource } from '../../../core/occupancy.ts'
import { rebuild } from '../../../core/rebuild.ts'
import { type ServiceView, viewService } from '../../../core/service.ts'
import type { IPAddressPool } from '../../../schemas/generated/types.ts'
import { allAddresses, namespaceViews, poolList, someAddress, someService } from './arbitraries.ts'
import { address, namespaceOf, policies, poolObject, type ServiceOptions, service, serviceObject } from './objects.ts'

const known = (name: string): NamespaceView => namespaceViews.find((each) => each.name === name) ?? namespaceOf(name)
/** They take nobody an address that he has, and are held against a probe. */
const quotas = policies({ few: { namespaces: ['shop'], quota: { addresses: { ipv4: 1, ipv6: 2 } } } })
const held = fc.oneof(fc.constant([]), fc.uniqueArray(someAddress, { maxLength: 2 }))

/** Everything that can be asked of the books. */
function contents(ipam: Ipam, services: readonly ServiceView[]): unknown {
  const allocations = ipam
    .allocations()
    .map(({ service, pools, addresses }) => `${service} ${pools.join()} ${addresses.map(formatAddress).join()}`)
  const usage = ipam.pools.map(({ name }) => ipam.usage(name))
  const shown = services.flatMap((service) => service.held.map((address) => [...ipam.holdersOf(address)].toSorted()))
  const counts = namespaceViews.map(({ name }) => ipam.heldIn(name))
  return { allocations: allocations.toSorted(), usage, shown, counts }
}

/** What a Service would get that asks for nothing, for each way of asking for nothing. */
const askers = [
  service('shop/asks-4'),
  service('bank/asks-6', { clusterIPs: ['fd96::9'], labels: { app: 'a' } }),
  service('lab/asks-shared', { annotations: { 'metallb.io/allow-shared-ip': 'x' }, spec: { ports: [{ port: 9, protocol: 'TCP' }] } }),
  service('shop/asks-both', { clusterIPs: ['10.96.0.9', 'fd96::9'], spec: { ipFamilyPolicy: 'PreferDualStack' } }),
]

/** A pool that takes addresses of others away, or is frozen because it would, and one of its own. */
const intruder = fc
  .record({ day: fc.integer({ min: 1, max: 9 }), isWide: fc.boolean() })
  .map(({ day, isWide }) =>
    poolObject(
      'p9',
      { addresses: isWide ? ['10.0.0.254-10.0.2.4', 'fd00::2-fd00:1::1', '10.9.9.0/24'] : ['10.9.9.9/32', '10.0.4.1/32'] },
      { creationTimestamp: `2025-12-0${day}T00:00:00Z` },
    ),
  )
const poolObjects = fc
  .tuple(poolList, fc.option(intruder, { nil: undefined }))
  .map(([list, more]): readonly IPAddressPool[] => (more === undefined ? list : [...list, more]))

const poolNames = ['p0', 'p1', 'p2', 'p3', 'p9'] as const
type Part = 'all' | 'addresses' | 'scope' | 'flags'

function edited(before: IPAddressPool | undefined, { metadata, spec }: IPAddressPool, part: Part): IPAddressPool {
  if (before === undefined || part === 'all') return poolObject(metadata.name ?? '', spec, metadata)
  const { addresses, serviceAllocation, ...flags } = spec
  const changed = { addresses: { addresses }, scope: serviceAllocation === undefined ? {} : { serviceAllocation }, flags }[part]
  return poolObject(metadata.name ?? '', { ...before.spec, ...changed }, before.metadata)
}

/** What may happen to a cluster. */
type Step =
  | { readonly verb: 'put'; readonly key: string; readonly options: ServiceOptions }
  | { readonly verb: 'drop'; readonly key: string }
  /** Of the pools with these names, all or a part becomes what is given; those that are not given go. */
  | { readonly verb: 'pools'; readonly pools: readonly IPAddressPool[]; readonly names: readonly string[]; readonly part: Part }
  | { readonly verb: 'nodes'; readonly addresses: readonly string[] }
  | { readonly verb: 'relabel'; readonly namespace: NamespaceView }
  | { readonly verb: 'ask' }

const put = fc
  .record({ service: someService, held, day: fc.integer({ min: 1, max: 9 }) })
  .map(({ service: { key, options }, held: addresses, day }): Step => {
    return { verb: 'put', key, options: { ...options, held: addresses, createdAt: `2026-01-0${day}T00:00:00Z` } }
  })
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: put, weight: 8 },
  { arbitrary: someService.map(({ key }): Step => ({ verb: 'drop', key })), weight: 2 },
  {
    arbitrary: fc
      .record({
        pools: poolObjects,
        names: fc.oneof(fc.subarray([...poolNames], { minLength: 1 }), fc.constantFrom(...poolNames.map((name) => [name]))),
        part: fc.constantFrom<Part>('all', 'addresses', 'scope', 'flags'),
      })
      .map((edit): Step => ({ verb: 'pools', ...edit })),
    weight: 4,
  },
  { arbitrary: fc.subarray(['10.0.0.253', 'fd00:1::1', '10.0.5.1']).map((addresses): Step => ({ verb: 'nodes', addresses })), weight: 1 },
  {
    arbitrary: fc
      .tuple(fc.constantFrom('shop', 'bank', 'lab'), fc.constantFrom({}, { tier: 'gold' }))
      .map(([name, labels]): Step => ({ verb: 'relabel', namespace: namespaceOf(name, labels) })),
    weight: 1,
  },
  { arbitrary: fc.constant<Step>({ verb: 'ask' }), weight: 4 },
)

/** What the books are made of. */
class Stage implements OccupancySource {
  readonly poolPriority = 'highest'
  readonly views = new Map<string, ServiceView>()
  readonly namespaces = new Map(namespaceViews.map((view) => [view.name, view]))
  nodes: readonly Address[] = []
  compiled: readonly Pool[] = []
  readonly #objects = new Map<string, IPAddressPool>()

  constructor(objects: readonly IPAddressPool[]) {
    this.edit(objects, poolNames, 'all')
  }

  edit(given: readonly IPAddressPool[], names: readonly string[], part: Part): void {
    for (const name of names) {
      const object = given.find(({ metadata }) => metadata.name === name)
      if (object === undefined) this.#objects.delete(name)
      else this.#objects.set(name, edited(this.#objects.get(name), object, part))
    }
    this.compiled = compilePools([...this.#objects.values()]).pools
  }

  pools(): readonly Pool[] {
    return this.compiled
  }

  policies(): readonly Policy[] {
    return quotas
  }

  reserved(): readonly Address[] {
    return this.nodes
  }

  services(): readonly ServiceView[] {
    return [...this.views.values()]
  }

  service(key: string): ServiceView | undefined {
    return this.views.get(key)
  }

  servicesIn(namespace: string): readonly ServiceView[] {
    return this.services().filter((view) => view.namespace === namespace)
  }

  namespaceOf(name: string): NamespaceView {
    return this.namespaces.get(name) ?? namespaceOf(name)
  }

  /** Everything that can be asked of the books, and what whoever asks for nothing would get. */
  contents(ipam: Ipam): unknown {
    const probes = askers.map((asker) => {
      const answer = ipam.probe(asker, this.namespaceOf(asker.namespace))
      return answer.ok ? `${answer.value.pools.join()} ${answer.value.addresses.map(formatAddress).join()}` : answer.error
    })
    const owners = allAddresses.map((text) => ipam.poolOf(address(text))?.name)
    return [contents(ipam, this.services()), probes, owners]
  }

  anew(): Ipam {
    const ipam = createIpam(this.compiled, { poolPriority: 'highest', reserved: this.nodes, policies: quotas })
    rebuild(ipam, this.services(), (name) => this.namespaceOf(name))
    return ipam
  }
}

function perform(stage: Stage, occupancy: Occupancy, action: Step): void {
  switch (action.verb) {
    case 'put': {
      const view = service(action.key, action.options)
      stage.views.delete(action.key)
      stage.views.set(action.key, view)
      occupancy.put(view)
      break
    }
    case 'drop':
      stage.views.delete(action.key)
      occupancy.drop(joinName('', action.key))
      break
    case 'pools':
      stage.edit(action.pools, action.names, action.part)
      occupancy.outdate()
      break
    case 'nodes':
      stage.nodes = action.addresses.map(address)
      occupancy.outdate()
      break
    case 'relabel':
      stage.namespaces.set(action.namespace.name, action.namespace)
      occupancy.relabel(action.namespace.name)
      break
    case 'ask':
      expect(stage.contents(occupancy.ipam)).to.deep.equal(stage.contents(stage.anew()))
  }
}

describe('the books of what Services hold', () => {
  it('follow Services, pools, Nodes and Namespaces one by one to what a rebuild would make', () => {
    fc.assert(
      fc.property(poolObjects, fc.array(step, { maxLength: 40, size: 'max' }), (pools, history) => {
        const stage = new Stage(pools)
        const occupancy = new Occupancy(stage)
        void occupancy.ipam
        for (const action of history) perform(stage, occupancy, action)
        perform(stage, occupancy, { verb: 'ask' })
      }),
      { numRuns: 1000 },
    )
  })

  it('are the same books after any change, for whoever has them', () => {
    const stage = new Stage([poolObject('p0', { addresses: ['10.0.0.0/30'] })])
    const occupancy = new Occupancy(stage)
    const { ipam } = occupancy
    perform(stage, occupancy, { verb: 'pools', pools: [poolObject('p1', { addresses: ['10.0.1.0/30'] })], names: poolNames, part: 'all' })
    perform(stage, occupancy, { verb: 'nodes', addresses: ['10.0.1.0'] })
    expect(occupancy.ipam).to.equal(ipam)
    expect(ipam.pools.map(({ name }) => name)).to.deep.equal(['p1'])
  })

  it('give a Service of a frozen pool to the older pool that comes to own its address', () => {
    const born = (day: number) => ({ creationTimestamp: `2026-01-0${day}T00:00:00Z` })
    const old = (addresses: readonly string[]): IPAddressPool => poolObject('p0', { addresses: [...addresses] }, born(1))
    const young = poolObject('p1', { addresses: ['10.0.0.2-10.0.0.9'] }, born(2))
    const stage = new Stage([old(['10.0.0.0/30']), young])
    const occupancy = new Occupancy(stage)
    void occupancy.ipam
    perform(stage, occupancy, { verb: 'put', key: 'shop/web', options: { held: ['10.0.0.8'] } })
    expect(occupancy.ipam.allocations().flatMap(({ pools }) => pools)).to.deep.equal(['p1'])
    perform(stage, occupancy, { verb: 'pools', pools: [old(['10.0.0.0/30', '10.0.0.8/31'])], names: ['p0'], part: 'all' })
    expect(occupancy.ipam.allocations().flatMap(({ pools }) => pools)).to.deep.equal(['p0'])
  })

  it('find shared addresses in the new order of the ranges of their pool', () => {
    const annotations = { 'metallb.io/allow-shared-ip': 'x' }
    const [first, second] = ['10.0.1.0/32', '10.0.0.0/32'] as const
    const stage = new Stage([poolObject('p0', { addresses: [first, second] })])
    const occupancy = new Occupancy(stage)
    void occupancy.ipam
    for (const ip of ['10.0.0.0', '10.0.1.0'])
      perform(stage, occupancy, { verb: 'put', key: `shop/${ip}`, options: { annotations, held: [ip] } })
    perform(stage, occupancy, { verb: 'ask' })
    perform(stage, occupancy, { verb: 'pools', pools: [poolObject('p0', { addresses: [second, first] })], names: ['p0'], part: 'all' })
    perform(stage, occupancy, { verb: 'ask' })
  })

  it('answer a probe as the allocator would, and are not changed by it', () => {
    const holders = fc.array(fc.record({ service: someService, held }), { maxLength: 12 })
    fc.assert(
      fc.property(poolList, holders, someService, (pools, stored, asked) => {
        const compiled = compilePools(pools).pools
        const services = new Map(
          stored.map(({ service, held: has }) => [service.key, viewService(serviceObject(service.key, { ...service.options, held: has }))]),
        )
        const build = (): Ipam => {
          const ipam = createIpam(compiled, { poolPriority: 'highest', reserved: [], policies: quotas })
          rebuild(ipam, [...services.values()], known)
          return ipam
        }
        const ipam = build()
        const current = services.get(asked.key)?.held.map(formatAddress) ?? []
        const service = viewService(serviceObject(asked.key, { ...asked.options, held: current }))
        const before = contents(ipam, [...services.values()])
        const answer = ipam.probe(service, asked.namespace)
        expect(contents(ipam, [...services.values()])).to.deep.equal(before)
        const real = build()
        const kept =
          service.held.length > 0 && service.requestFault === undefined ? real.claim(service, service.held, asked.namespace) : undefined
        const outcome = kept?.ok === true ? kept : real.allocate(service, asked.namespace)
        expect(answer.ok).to.equal(outcome.ok)
        if (answer.ok && outcome.ok) expect(answer.value.addresses).to.deep.equal(outcome.value.addresses)
      }),
    )
  })
})
