// How long a Service waits: from the API server's answer to the address, from the address to the first answer on the LAN and to the route in a router.
import { namespacePlace } from '../../test/lab/network.ts'
import { RouteWatch } from '../../test/lab/route-watch.ts'
import type { Bench, Benchmark } from '../benchmark.ts'
import { figure, type Samples } from '../figure.ts'
import { LoneServices } from '../lone-services.ts'
import { Prober } from './prober.ts'
import { type ArpRun, type Moments, type RouteRun, Runs } from './runs.ts'
import { Sightings } from './sightings.ts'

const ownRuns = 30
const warmUp = 5

interface Measured {
  readonly arp: readonly ArpRun[]
  readonly route: readonly RouteRun[]
  readonly bare: readonly number[]
}

function reportAll({ report }: Bench, { arp, route, bare }: Measured): void {
  const base = (name: string, samples: readonly number[]) => ({ name, unit: 'ms', samples }) as const
  const addressMs = arp.map((run) => run.addressMs - run.createdMs)
  const answerMs = arp.map((run) => run.answeredMs - run.addressMs)
  const routeMs = route.map((run) => run.firstHopMs - run.addressMs)
  const lines: readonly Samples[] = [
    { ...base('latency-address', addressMs), peer: { name: 'MetalLB', measuredEarlier: 7 }, aim: { type: 'atMost', limit: 4 } },
    { ...base('latency-address', addressMs), peer: { name: 'bare client', samples: bare } },
    { ...base('latency-arp', answerMs), peer: { name: 'MetalLB', measuredEarlier: 6 }, aim: { type: 'atMost', limit: 5 } },
    base('latency-arp-last-cause', arp.map(sinceLastCause('answeredMs'))),
    base('latency-arp-created', arp.map(sinceCreated('answeredMs'))),
    { ...base('latency-route', routeMs), peer: { name: 'MetalLB native', measuredEarlier: 2.7 }, aim: { type: 'atMost', limit: 2 } },
    { ...base('latency-route', routeMs), peer: { name: 'MetalLB with FRR', measuredEarlier: 9000 } },
    base('latency-route-last-cause', route.map(sinceLastCause('firstHopMs'))),
    base('latency-route-all-nodes', route.map(sinceLastCause('allHopsMs'))),
    base('latency-route-created', route.map(sinceCreated('firstHopMs'))),
  ]
  for (const line of lines) report(figure(line))
}

const sinceLastCause =
  <K extends string>(key: K) =>
  (run: Moments & Readonly<Record<K, number>>): number =>
    run[key] - run.lastCauseMs

const sinceCreated =
  <K extends string>(key: K) =>
  (run: Moments & Readonly<Record<K, number>>): number =>
    run[key] - run.createdMs

/** Does it so often, drops what warms up. */
async function series<T>({ signal }: Bench, count: number, once: () => Promise<T>): Promise<readonly T[]> {
  const samples: T[] = []
  for (let index = 0; index < warmUp + count; index += 1) {
    signal.throwIfAborted()
    samples.push(await once())
  }
  return samples.slice(warmUp)
}

async function run(bench: Bench): Promise<void> {
  const { lab, kube } = await bench.lab.get()
  const count = bench.runs ?? ownRuns
  const sightings = new Sightings(kube, bench.signal)
  const prober = await Prober.start(lab)
  const routes = await RouteWatch.open(namespacePlace(lab.name, 'bird'))
  try {
    await sightings.start()
    const services = new LoneServices(kube, sightings.addresses, 'latency')
    const runs = new Runs({ services, sightings, prober, routes, nodes: lab.nodes.length })
    bench.progress(`latency: ${3 * (warmUp + count)} Services one at a time, about ${2 * (warmUp + count)} s`)
    // In turns: whatever else the machine does falls on ours and on the floor.
    const pairs = await series(bench, count, async () => ({ arp: await runs.arp(), bare: await services.bare() }))
    const route = await series(bench, count, () => runs.route())
    reportAll(bench, { arp: pairs.map(({ arp }) => arp), bare: pairs.map(({ bare }) => bare), route })
  } finally {
    await Promise.all([prober.stop(), routes.close(), sightings.stop()])
  }
}

export const latency: Benchmark = {
  name: 'latency',
  about: 'a Service created → its address → the first ARP answer, or the route in BIRD, on a three-node cluster',
  run,
}
