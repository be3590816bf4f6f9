import { expect } from 'chai'
import fc from 'fast-check'
import { formatAddress } from '../../../core/address.ts'
import { type Pool } from '../../../core/config/pool.ts'
import { compilePools } from '../../../core/config/pools.ts'
import { createIpam, type Ipam } from '../../../core/ipam.ts'
import { joinName } from '../../../core/namespaced-name.ts'
import { rebuild } from '../../../core/rebuild.ts'
import { formatReleases, parseReleases } from '../../../core/release-record.ts'
import { Releases } from '../../../core/releases.ts'
import type { ServiceView } from '../../../core/service.ts'
import { type Instant, instant } from '../../../core/time.ts'
import { type NaivePool, NaiveReleases, type NaiveService } from './naive-releases.ts'
import { address, namespaceOf, poolObject, service } from './objects.ts'

const second = 1000
const ranges: Readonly<Record<string, readonly string[]>> = {
  a: ['10.0.0.1', '10.0.0.2', '10.0.0.3', 'fd00::1', 'fd00::2'],
  b: ['10.0.0.5', '10.0.0.6', 'fd00::5'],
}
const every = Object.values(ranges).flat()
const names = ['s0', 's1', 's2', 's3', 's4', 's5'] as const

type Options = Readonly<Record<string, { readonly hold: number; readonly isOrdered: boolean }>>

type Step =
  | { readonly verb: 'create'; readonly service: NaiveService }
  | { readonly verb: 'remove'; readonly name: string }
  | { readonly verb: 'pass'; readonly ms: number }
  /** The pools have the addresses that are in use, and of the others these; next to each other in one range or not. */
  | {
      readonly verb: 'reconfigure'
      readonly options: Options
      readonly reserved: readonly string[]
      readonly addresses: readonly string[]
      readonly isJoined: boolean
    }
  /** All replicas: what is left is what was written down. */
  | { readonly verb: 'restart' }

const someName = fc.constantFrom(...names)
const someService: fc.Arbitrary<NaiveService> = fc
  .record({
    name: someName,
    families: fc.constantFrom(['IPv4'], ['IPv4'], ['IPv6'], ['IPv4', 'IPv6']) as fc.Arbitrary<NaiveService['families']>,
    sharingKey: fc.constantFrom(undefined, undefined, 'x', 'y'),
    port: fc.constantFrom(80, 443),
    asks: fc.option(fc.constantFrom(...every), { nil: undefined, freq: 4 }),
  })
  .map((all) => (all.asks === undefined ? all : { ...all, families: [all.asks.includes(':') ? 'IPv6' : 'IPv4'] }))
const someOptions = fc.record({ hold: fc.constantFrom(0, 3 * second, 8 * second), isOrdered: fc.boolean() })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: someService.map((each): Step => ({ verb: 'create', service: each })) },
  { weight: 5, arbitrary: someName.map((name): Step => ({ verb: 'remove', name })) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }).map((seconds): Step => ({ verb: 'pass', ms: seconds * second })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.record({ a: someOptions, b: someOptions }),
        fc.subarray(['10.0.0.1', 'fd00::2', '10.0.0.6']),
        fc.oneof(fc.constant([...every]), fc.subarray([...every], { minLength: 5 })),
        fc.boolean(),
      )
      .map(([options, reserved, addresses, isJoined]): Step => ({ verb: 'reconfigure', options, reserved, addresses, isJoined })),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ verb: 'restart' }) },
)

/** Pools with no address do not exist. */
function naivePoolsOf(options: Options, addresses: readonly string[] = every): readonly NaivePool[] {
  const all = Object.entries(options).map(([name, each]) => ({
    name,
    addresses: (ranges[name] ?? []).filter((text) => addresses.includes(text)),
    ...each,
  }))
  return all.filter((pool) => pool.addresses.length > 0)
}

function poolsOf(naive: readonly NaivePool[], isJoined = false): readonly Pool[] {
  const objects = naive.map(({ name, addresses, hold, isOrdered }) => {
    const annotations = { 'metallb.io/hold': `${hold}ms`, ...(isOrdered ? { 'metallb.io/reuse': 'least-recently-released' } : {}) }
    return poolObject(name, { addresses: rangesOf(addresses, isJoined) }, { annotations })
  })
  return compilePools(objects).pools
}

function rangesOf(addresses: readonly string[], isJoined: boolean): readonly string[] {
  const runs: [string, string][] = []
  for (const text of addresses) {
    const last = runs.at(-1)
    const isNext = last !== undefined && last[1].slice(0, -1) === text.slice(0, -1) && Number(last[1].at(-1)) + 1 === Number(text.at(-1))
    if (isJoined && isNext) last[1] = text
    else runs.push([text, text])
  }
  return runs.map(([first, last]) => `${first}-${last}`)
}

function viewOf({ name, families, sharingKey, port, asks }: NaiveService, createdAt?: string): ServiceView {
  const annotations = {
    ...(sharingKey === undefined ? {} : { 'metallb.io/allow-shared-ip': sharingKey }),
    ...(asks === undefined ? {} : { 'metallb.io/loadBalancerIPs': asks }),
  }
  const clusterIPs = families.map((family) => (family === 'IPv4' ? '10.96.0.1' : 'fd96::1'))
  const spec = { ports: [{ port, protocol: 'TCP' }] }
  return service(`shop/${name}`, { annotations, clusterIPs, spec, ...(createdAt === undefined ? {} : { createdAt }) })
}

const shop = namespaceOf('shop')

class Program {
  now: Instant = instant(Date.parse('2026-01-01T00:00:00Z'))
  releases = new Releases()
  ipam: Ipam
  #pools: readonly Pool[]
  #reserved: readonly string[] = []
  readonly #present = new Map<string, ServiceView>()
  #created = 0

  constructor(pools: readonly NaivePool[]) {
    this.#pools = poolsOf(pools)
    this.releases.configure(this.#pools)
    this.ipam = createIpam(this.#pools, { poolPriority: 'highest', reserved: [], releases: this.releases })
  }

  create(each: NaiveService): readonly string[] {
    const view = viewOf(each, `2026-01-01T00:00:${String(10 + (this.#created++ % 50))}Z`)
    const found = this.ipam.allocate(view, shop)
    if (!found.ok) return []
    const held = { ...view, held: found.value.addresses }
    this.#present.set(each.name, held)
    this.ipam.review(this.releases.observe(view, held, this.now))
    return found.value.addresses.map(formatAddress)
  }

  remove(name: string): void {
    const view = this.#present.get(name)
    this.#present.delete(name)
    this.ipam.review(this.releases.observe(view, undefined, this.now))
    this.ipam.release(joinName('shop', name))
  }

  pass(ms: number): void {
    this.now = instant(this.now + ms)
    this.ipam.review(this.releases.advance(this.now))
  }

  reconfigure(pools: readonly NaivePool[], reserved: readonly string[], isJoined: boolean): void {
    this.#pools = poolsOf(pools, isJoined)
    this.#reserved = reserved
    this.releases.configure(this.#pools)
    this.ipam.review(this.releases.advance(this.now))
    const { services } = this.ipam.affectedBy(this.#pools)
    for (const key of services) this.ipam.release(key)
    this.ipam.reconfigure({ pools: this.#pools, reserved: reserved.map(address) })
    const touched = [...this.#present.values()].filter(({ key }) => services.has(key))
    rebuild(this.ipam, touched, () => shop)
  }

  restart(): void {
    const record = formatReleases(this.releases.list())
    this.releases = new Releases()
    this.releases.configure(this.#pools)
    this.releases.merge(parseReleases(record), (key) => this.#present.has(key.replace('shop/', '')), this.now)
    const reserved = this.#reserved.map(address)
    this.ipam = createIpam(this.#pools, { poolPriority: 'highest', reserved, releases: this.releases })
    rebuild(this.ipam, [...this.#present.values()], () => shop)
  }

  probe(each: NaiveService): string {
    const found = this.ipam.probe(viewOf(each), shop)
    return found.ok ? found.value.addresses.map(formatAddress).join() : found.error.reason
  }
}

function perform(step: Step, program: Program, naive: NaiveReleases): void {
  switch (step.verb) {
    case 'create':
      // The API server has one Service of a name.
      if (!naive.stays.has(step.service.name)) expect(program.create(step.service)).to.deep.equal(naive.create(step.service))
      break
    case 'remove':
      program.remove(step.name)
      naive.remove(step.name)
      break
    case 'pass':
      program.pass(step.ms)
      naive.pass(step.ms)
      break
    case 'reconfigure': {
      const inUse = [...naive.stays.values()].flatMap(({ addresses }) => addresses)
      const pools = naivePoolsOf(step.options, [...step.addresses, ...inUse])
      program.reconfigure(pools, step.reserved, step.isJoined)
      naive.reconfigure(pools, step.reserved)
      break
    }
    case 'restart':
      program.restart()
      break
  }
}

describe('Addresses that are held, or rest,', () => {
  it('are given as the naive allocator gives them, over random histories with time, edits and restarts', () => {
    fc.assert(
      fc.property(fc.record({ a: someOptions, b: someOptions }), fc.array(step, { maxLength: 60, size: 'max' }), (options, steps) => {
        const program = new Program(naivePoolsOf(options))
        const naive = new NaiveReleases()
        naive.now = program.now
        naive.reconfigure(naivePoolsOf(options), [])
        for (const each of steps) {
          perform(each, program, naive)
          for (const pool of naive.pools) {
            const { IPv4, IPv6 } = program.ipam.kept(pool.name)
            expect(IPv4 + IPv6, `held of ${pool.name} after ${each.verb}`).to.equal(naive.keptIn(pool))
          }
          for (const name of ['stranger', ...names.filter((known) => !naive.stays.has(known))]) {
            const asker: NaiveService = { name, families: ['IPv4'], port: 22 }
            const expected = naive.find(asker)
            const none = naive.pools.length === 0 ? 'NoPools' : 'NoPoolAvailable'
            expect(program.probe(asker), name).to.equal(expected.length === 0 ? none : expected.join())
          }
          for (const asks of every) {
            const isHeld = naive.isKept(asks, 'stranger') && !naive.reserved.includes(asks)
            const asker: NaiveService = { name: 'stranger', families: [asks.includes(':') ? 'IPv6' : 'IPv4'], port: 22, asks }
            expect(program.probe(asker) === 'AddressHeld', asks).to.equal(isHeld)
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})
