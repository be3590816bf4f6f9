// How fast Services get their addresses from a real API server, beside a client that makes the same requests without thinking.
import { setTimeout as sleep } from 'node:timers/promises'
import { resources } from '../../kube/client.ts'
import type { IPAddressPool } from '../../schemas/generated/types.ts'
import { until } from '../../test/lab/wait.ts'
import { AddressWatch } from '../address-watch.ts'
import type { Bench, Benchmark } from '../benchmark.ts'
import { type Aim, figure, type Peer, type Unit } from '../figure.ts'
import { LoneServices } from '../lone-services.ts'
import { processesOf } from '../memory/memory.ts'
import { SeededServices } from '../seeded-services.ts'
import { namedPool } from '../shared-lab.ts'
import { burst, removeBurst } from './burst.ts'
import { restart, takeOver } from './replicas.ts'
import type { Stage } from './stage.ts'
import { serveWaiting, writeBare } from './waiting.ts'

const ownRuns = 30
/** Runs of what takes longer, for each of these. */
const [perBurst, perRestart] = [30, 10]
const warmUp = 5
const [manyServices, moreServices, mostServices] = [5_000, 10_000, 50_000] as const
const memoryAims: Readonly<Record<number, number>> = { 0: 80, [manyServices]: 140, [mostServices]: 400 }
const restMs = 10_000
const namespace = 'metallb-system'
const burstPool = 'bench-burst'
const seededPool = 'bench-seeded'

const atMost = (limit: number): Aim => ({ type: 'atMost', limit })
const earlier = (measuredEarlier: number): Peer => ({ name: 'MetalLB', measuredEarlier })

class AllocateBench {
  readonly #stage: Stage
  readonly #bench: Bench
  readonly #seeded: SeededServices

  constructor(stage: Stage) {
    this.#stage = stage
    this.#bench = stage.bench
    this.#seeded = new SeededServices(stage.lab, { prefix: 'seeded', pool: seededPool, octets: '10.200' })
  }

  async run(): Promise<void> {
    const { kube } = this.#stage
    for (const [name, addresses] of [
      [burstPool, '10.201.0.0/16'],
      [seededPool, '10.200.0.0/16'],
    ] as const) {
      await kube.create(resources.ipAddressPools, namedPool(name, addresses))
    }
    await this.#memory(0)
    await this.#idle()
    await this.#bursts(this.#atMost(manyServices))
    await this.#memory(manyServices)
    await this.#restarts(manyServices)
    await this.#besideDeletions()
    await removeBurst(this.#stage)
    await this.#waiting(this.#atMost(manyServices))
    await this.#seed(this.#atMost(moreServices))
    await this.#restarts(moreServices)
    await this.#takeOvers(moreServices)
    await this.#seed(this.#atMost(mostServices))
    await this.#memory(mostServices)
  }

  async end(): Promise<void> {
    const { kube } = this.#stage
    await removeBurst(this.#stage).catch(() => undefined)
    await this.#seeded.remove().catch(() => undefined)
    for (const name of [burstPool, seededPool]) await kube.remove(resources.ipAddressPools, name, { namespace }).catch(() => undefined)
  }

  #atMost(count: number): number {
    return Math.min(count, this.#bench.services ?? count)
  }

  #times(per: number): number {
    return Math.ceil((this.#bench.runs ?? ownRuns) / per)
  }

  #report(name: string, unit: Unit, samples: readonly number[], against: { readonly aim?: Aim; readonly peer?: Peer } = {}): void {
    this.#bench.report(figure({ name: `allocate-${name}`, unit, samples, ...against }))
  }

  /** Drops what warms up. */
  async #series<T>(count: number, once: () => Promise<T>, unmeasured = 0): Promise<readonly T[]> {
    const samples: T[] = []
    for (let index = 0; index < unmeasured + count; index += 1) {
      this.#bench.signal.throwIfAborted()
      samples.push(await once())
    }
    return samples.slice(unmeasured)
  }

  async #idle(): Promise<void> {
    const { bench, lone } = this.#stage
    bench.progress('allocate: one Service at a time')
    // In turns: whatever else the machine does falls on both.
    const once = async () => ({ ours: await lone.served(), bare: await lone.bare() })
    const pairs = await this.#series(this.#times(1), once, warmUp)
    const samples = pairs.map(({ ours }) => ours)
    this.#report('idle', 'ms', samples, { aim: atMost(4), peer: { name: 'bare client', samples: pairs.map(({ bare }) => bare) } })
    this.#report('idle', 'ms', samples, { peer: earlier(7) })
  }

  async #bursts(count: number): Promise<void> {
    const runs = await this.#series(this.#times(perBurst), async () => {
      await removeBurst(this.#stage)
      this.#bench.progress(`allocate: ${count} Services at once, of nobody's`)
      const bare = await burst(this.#stage, count, burstPool, false)
      await removeBurst(this.#stage)
      this.#bench.progress(`allocate: ${count} Services at once, of ours`)
      return { bare, ours: await burst(this.#stage, count, burstPool, true) }
    })
    const total = runs.map(({ ours }) => ours.addressesS)
    const bare = runs.map((run) => run.bare.createsS)
    const last = runs.map(({ ours }) => Math.max(0, ours.addressesS - ours.createsS))
    this.#report('burst', 's', total, { aim: { type: 'ratioAtMost', limit: 1.15 }, peer: { name: 'bare creates', samples: bare } })
    this.#report('burst-last', 's', last, { aim: atMost(1), peer: earlier(23) })
    this.#report(
      'burst-rate',
      'per s',
      total.map((seconds) => count / seconds),
      { peer: earlier(46) },
    )
  }

  async #besideDeletions(): Promise<void> {
    this.#bench.progress('allocate: one Service at a time while others are deleted')
    let isEnough = false
    const removal = removeBurst(this.#stage, () => isEnough)
    try {
      const samples = await this.#series(this.#times(1), () => this.#stage.lone.served())
      this.#report('beside-deletions', 'ms', samples, { aim: atMost(30), peer: earlier(25_000) })
    } finally {
      isEnough = true
      await removal
    }
  }

  async #waiting(count: number): Promise<void> {
    const runs = await this.#series(this.#times(perBurst), async () => {
      this.#bench.progress(`allocate: ${count} statuses and Events of a bare client`)
      const bare = await writeBare(this.#stage, count)
      this.#bench.progress(`allocate: ${count} Services wait, and their pool comes`)
      return { bare, ours: await serveWaiting(this.#stage, count) }
    })
    const rates = (seconds: readonly number[]): readonly number[] => seconds.map((each) => count / each)
    const peer = { name: 'bare client', samples: rates(runs.map(({ bare }) => bare.eventsS)) }
    const [addresses, events] = [runs.map(({ ours }) => ours.addressesS), runs.map(({ ours }) => ours.eventsS)]
    this.#report('waiting', 'per s', rates(addresses), { aim: { type: 'ratioAtLeast', limit: 0.7 }, peer })
    this.#report('waiting-told', 'per s', rates(events), { aim: { type: 'ratioAtLeast', limit: 0.7 }, peer })
    this.#report('waiting-last', 's', addresses, { peer: earlier(133) })
  }

  async #restarts(size: number): Promise<void> {
    this.#bench.progress(`allocate: the controller starts beside ${this.#atMost(size)} Services`)
    const samples = await this.#series(this.#times(perRestart), () => restart(this.#stage))
    this.#report(`restart-${this.#atMost(size)}`, 's', samples, { aim: atMost(2), ...(size === manyServices ? { peer: earlier(32) } : {}) })
  }

  async #takeOvers(size: number): Promise<void> {
    this.#bench.progress(`allocate: the other replica takes over beside ${this.#atMost(size)} Services, 20 s each`)
    const samples = await this.#series(this.#times(perRestart), () => takeOver(this.#stage))
    this.#report(`take-over-${this.#atMost(size)}`, 'ms', samples, { aim: atMost(200) })
  }

  async #memory(size: number): Promise<void> {
    this.#bench.progress(`allocate: memory beside ${this.#atMost(size)} Services; ${restMs / 1000} s of rest`)
    await sleep(restMs, undefined, { signal: this.#bench.signal })
    const all = await processesOf(this.#stage.lab)
    const samples = all.filter(({ command }) => command.includes('controller.mjs')).map(({ rssMb }) => rssMb)
    const aim: Aim = { type: 'eachAtMost', limit: memoryAims[size] ?? Number.NaN }
    const metallb = size === 0 ? 58 : size === manyServices ? 126 : undefined
    this.#report(`memory-${this.#atMost(size)}`, 'MB', samples, { aim, ...(metallb === undefined ? {} : { peer: earlier(metallb) }) })
  }

  /** They hold addresses; the pool's status shows that the leader knows them. */
  async #seed(count: number): Promise<void> {
    this.#bench.progress(`allocate: ${count} Services that have addresses`)
    await this.#seeded.grow(count)
    const look = async (): Promise<true | undefined> => {
      const { status } = await this.#stage.kube.get<IPAddressPool>(resources.ipAddressPools, seededPool, namespace)
      return status?.assignedIPv4 === count ? true : undefined
    }
    await until('the controller to know the seeded Services', look, { limitMs: 300_000, everyMs: 200, signal: this.#bench.signal })
  }
}

async function run(bench: Bench): Promise<void> {
  const { lab, kube } = await bench.lab.get()
  const watch = new AddressWatch(kube, 'default', bench.signal)
  await watch.start()
  const allocate = new AllocateBench({ bench, lab, kube, watch, lone: new LoneServices(kube, watch, 'lone') })
  try {
    await allocate.run()
  } finally {
    await allocate.end()
    await watch.stop()
  }
}

export const allocate: Benchmark = {
  name: 'allocate',
  about:
    'addresses on a real API server: one, 5,000 at once, waiting for a pool, after a restart or take-over; memory up to 50,000 Services',
  run,
}
