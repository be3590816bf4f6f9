// What admission adds to a write: dry runs, which go through everything but the storage, of what our webhook is asked about and of a twin that it is not.
import { readFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'
import type { KubeClient, Resource, Writable } from '../../kube/client.ts'
import { ApiError, resources } from '../../kube/client.ts'
import type { Lab } from '../../test/lab/lab.ts'
import { until } from '../../test/lab/wait.ts'
import type { Bench, Benchmark } from '../benchmark.ts'
import { concurrently } from '../concurrently.ts'
import { figure } from '../figure.ts'
import { processesOf } from '../memory/memory.ts'
import { SeededServices } from '../seeded-services.ts'
import { namedPool } from '../shared-lab.ts'
import { bucketsOf, quantile } from './histogram.ts'

const ownRuns = 100
const warmUp = 20
const namespace = 'metallb-system'
const poolCounts = [1, 100, 1000] as const
const serviceCounts = [5_000, 50_000] as const
const poolAims: Readonly<Record<number, number>> = { 1: 2, 100: 3, 1000: 12 }
const serviceAim = 1.5
const memoryAim = 250
/** Services a second, for so many seconds. */
const rate = 200
const loadSeconds = 10
const serverAimMs = 5

const twin: Resource = { group: 'bench.example', version: 'v1beta1', plural: 'benchpools', namespaced: true }

/** The schema of IPAddressPool under another name, of which no webhook knows. */
function twinDefinition(): string {
  const file = new URL('../../schemas/crds/metallb.io_ipaddresspools.yaml', import.meta.url)
  const crd = parse(readFileSync(file, 'utf8')) as { metadata: object; spec: { group: string; names: object } }
  crd.metadata = { name: 'benchpools.bench.example' }
  crd.spec.group = twin.group
  crd.spec.names = { kind: 'BenchPool', listKind: 'BenchPoolList', plural: twin.plural, singular: 'benchpool' }
  return stringify(crd)
}

const twinObject = (name: string, addresses: string): Writable => ({
  ...namedPool(name, addresses),
  apiVersion: 'bench.example/v1beta1',
  kind: 'BenchPool',
})

/** @param isOurs false: of a class that is nobody's, so that the API server does not ask */
const serviceObject = (isOurs: boolean, pool?: string): Writable => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'bench-dry',
    namespace: 'default',
    annotations: pool === undefined ? {} : { 'metallb.io/address-pool': pool },
  },
  spec: { type: 'LoadBalancer', ...(isOurs ? {} : { loadBalancerClass: 'bench.example/none' }), ports: [{ port: 80 }] },
})

class AdmissionBench {
  readonly #bench: Bench
  readonly #lab: Lab
  readonly #kube: KubeClient
  #pools = 0
  readonly #services: SeededServices
  readonly #serviceCounts: readonly number[]

  constructor(bench: Bench, lab: Lab, kube: KubeClient) {
    this.#bench = bench
    this.#lab = lab
    this.#kube = kube
    this.#services = new SeededServices(lab, { prefix: 'seeded', pool: 'seeded', octets: '10.200' })
    this.#serviceCounts = [...new Set(serviceCounts.map((count) => Math.min(count, bench.services ?? count)))]
  }

  async run(): Promise<void> {
    await this.#kubectlApply(twinDefinition())
    await until('the twin of IPAddressPool', () => this.#isServed(), { limitMs: 20_000 })
    for (const count of poolCounts) {
      await this.#growPools(count)
      await this.#pairs(`pool, ${count} pools`, poolAims[count], this.#poolTwins())
      await this.#pairs(`service, ${count} pools`, serviceAim, this.#serviceTwins())
    }
    await this.#kube.create(resources.ipAddressPools, namedPool('seeded', '10.200.0.0/16'))
    for (const count of this.#serviceCounts) {
      await this.#growServices(count)
      await this.#pairs(`pool, 1000 pools, ${count} services`, undefined, this.#poolTwins())
      await this.#pairs(`service, 1000 pools, ${count} services`, serviceAim, this.#serviceTwins())
    }
    await this.#load()
    await this.#memory()
  }

  async end(): Promise<void> {
    await this.#services.remove().catch(() => undefined)
    const names = Array.from({ length: this.#pools }, (_, index) => `bench-${index}`)
    await concurrently(names, writers, (name) => this.#kube.remove(resources.ipAddressPools, name, { namespace }).catch(() => undefined))
    for (const [kind, name] of [
      ['ipaddresspool', 'seeded'],
      ['crd', 'benchpools.bench.example'],
    ] as const) {
      await this.#lab.kubectl(['delete', kind, name, ...(kind === 'crd' ? [] : ['-n', namespace]), '--ignore-not-found', '--wait=false'])
    }
  }

  #poolTwins(): Twins {
    const create = (isTwin: boolean) => () =>
      this.#kube.create(isTwin ? twin : resources.ipAddressPools, (isTwin ? twinObject : namedPool)('bench-dry', '10.201.0.0/24'), {
        dryRun: true,
      })
    return { ours: create(false), bare: create(true) }
  }

  #serviceTwins(): Twins {
    const create = (isOurs: boolean) => () => this.#kube.create(resources.services, serviceObject(isOurs), { dryRun: true })
    return { ours: create(true), bare: create(false) }
  }

  /** In turns: whatever else the machine does falls on both. */
  async #pairs(what: string, limit: number | undefined, { ours, bare }: Twins): Promise<void> {
    const { progress, report, runs = ownRuns, signal } = this.#bench
    progress(`admission: ${what}`)
    const [withUs, without]: [number[], number[]] = [[], []]
    for (let index = 0; index < warmUp + runs; index += 1) {
      signal.throwIfAborted()
      const [first, second] = [await timed(bare), await timed(ours)]
      if (index < warmUp) continue
      without.push(first)
      withUs.push(second)
    }
    const added = withUs.map((ms, index) => ms - (without[index] ?? 0))
    const aim = limit === undefined ? {} : { aim: { type: 'atMost', limit } as const }
    report(figure({ name: `admission: ${what}`, unit: 'ms', samples: withUs, peer: { name: 'without webhook', samples: without } }))
    report(figure({ name: `admission: added to a ${what}`, unit: 'ms', samples: added, ...aim }))
    report(
      figure({
        name: `admission: ${what}, p99`,
        unit: 'ms',
        samples: [p99(withUs)],
        peer: { name: 'without webhook', samples: [p99(without)] },
      }),
    )
  }

  /** The API server's own path is part of the load, the webhook's own histogram the measure. */
  async #load(): Promise<void> {
    this.#bench.progress(`admission: ${rate} Services a second for ${loadSeconds} s`)
    const before = await this.#histogram()
    const create = this.#serviceTwins().ours
    const beganAt = performance.now()
    const pending: Promise<unknown>[] = []
    for (let index = 0; index < rate * loadSeconds; index += 1) {
      this.#bench.signal.throwIfAborted()
      const waitMs = beganAt + (index * 1000) / rate - performance.now()
      if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs))
      pending.push(create().catch((error: unknown) => error))
    }
    const errors = (await Promise.all(pending)).filter((outcome) => outcome instanceof Error)
    if (errors.length > 0) throw new Error(`${errors.length} of ${pending.length} Services were not answered: ${String(errors[0])}`)
    const tookS = (performance.now() - beganAt) / 1000
    const after = await this.#histogram()
    const news = after.map(({ limit, count }, index) => ({ limit, count: count - (before[index]?.count ?? 0) }))
    this.#bench.report(
      figure({ name: 'admission: Services answered through the API server', unit: 'per s', samples: [pending.length / tookS] }),
    )
    this.#bench.report(
      figure({
        name: `admission: the webhook's own time for a Service, p99 at ${rate}/s (upper end of its bucket)`,
        unit: 'ms',
        samples: [quantile(news, 0.99) * 1000],
        aim: { type: 'atMost', limit: serverAimMs },
      }),
    )
  }

  async #memory(): Promise<void> {
    const all = await processesOf(this.#lab)
    const webhooks = all.filter(({ command }) => command.includes('webhook.mjs')).map(({ rssMb }) => rssMb)
    const name = `admission: memory of the webhook, ${this.#pools} pools, ${this.#serviceCounts.at(-1)} services`
    this.#bench.report(figure({ name, unit: 'MB', samples: webhooks, aim: { type: 'atMost', limit: memoryAim } }))
  }

  async #growPools(count: number): Promise<void> {
    this.#bench.progress(`admission: ${count} pools`)
    const added = Array.from({ length: count - this.#pools }, (_, index) => this.#pools + index)
    this.#pools = count
    await concurrently(added, writers, (index) => {
      this.#bench.signal.throwIfAborted()
      const range = `10.${210 + (index >> 8)}.${index & 255}.0/28`
      return this.#createPool(namedPool(`bench-${index}`, range))
    })
  }

  /** A busy machine may take longer to read what exists beside a pool than the webhook waits; it says then: again. */
  #createPool(object: Writable): Promise<unknown> {
    const look = (): Promise<unknown> => this.#kube.create(resources.ipAddressPools, object)
    return until('the webhook to have judged a pool', look, { limitMs: 20_000, everyMs: 200 })
  }

  async #growServices(count: number): Promise<void> {
    this.#bench.progress(`admission: ${count} Services`)
    await this.#services.grow(count)
    await until('the webhook to know the last Service', () => this.#isKnown(count - 1), { limitMs: 120_000, everyMs: 500 })
  }

  /** Somebody else's wish for that address is refused. */
  async #isKnown(index: number): Promise<true | undefined> {
    const wish = serviceObject(true)
    const spec = { type: 'LoadBalancer', ports: [{ port: 80 }], loadBalancerIP: `10.200.${index >> 8}.${index & 255}` }
    const asked: Writable = { ...wish, spec }
    // Either replica may be asked.
    for (let turn = 0; turn < 6; turn += 1) if (!(await this.#isRefused(asked))) return undefined
    return true
  }

  async #isRefused(object: Writable): Promise<boolean> {
    try {
      await this.#kube.create(resources.services, object, { dryRun: true })
      return false
    } catch (error) {
      if (error instanceof ApiError && error.status === 422) return true
      throw error
    }
  }

  async #isServed(): Promise<true | undefined> {
    await this.#kube.list(twin, { namespace })
    return true
  }

  async #histogram(): Promise<ReturnType<typeof bucketsOf>> {
    const { stdout } = await this.#lab.kubectl([
      'get',
      'pods',
      '-n',
      namespace,
      '-l',
      'component=webhook',
      '-o',
      'jsonpath={.items[*].metadata.name}',
    ])
    const texts = await Promise.all(
      stdout.split(' ').map(async (pod) => {
        const path = `/api/v1/namespaces/${namespace}/pods/${pod}:7472/proxy/metrics`
        return (await this.#lab.kubectl(['get', '--raw', path])).stdout
      }),
    )
    return bucketsOf(texts, 'metallb_admission_request_duration_seconds', 'Service')
  }

  async #kubectlApply(input: string): Promise<void> {
    const { code, stderr } = await this.#lab.kubectl(['apply', '--server-side', '-f', '-'], { input })
    if (code !== 0) throw new Error(`kubectl apply: ${stderr}`)
  }
}

/** At a time. */
const writers = 4

interface Twins {
  readonly ours: () => Promise<unknown>
  readonly bare: () => Promise<unknown>
}

async function timed(once: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await once()
  return performance.now() - startedAt
}

function p99(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.ceil(0.99 * samples.length) - 1] ?? Number.NaN
}

async function run(bench: Bench): Promise<void> {
  const { lab, kube } = await bench.lab.get()
  const admission = new AdmissionBench(bench, lab, kube)
  try {
    await admission.run()
  } finally {
    await admission.end()
  }
}

export const admission: Benchmark = {
  name: 'admission',
  about: 'what our webhook adds to a pool and to a Service, beside up to 1,000 pools and 50,000 Services, and the memory that it takes',
  run,
}
