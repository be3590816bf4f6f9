// How long a Service waits: from the API server's answer to the address, and from the address to the first answer on the LAN.
import { setTimeout as sleep } from 'node:timers/promises'
import { type KubeClient, resources } from '../../kube/client.ts'
import type { Bench, Benchmark } from '../benchmark.ts'
import { monotonicMs } from '../clock.ts'
import { figure } from '../figure.ts'
import { firstAddress, webService } from '../shared-lab.ts'
import { Prober } from './prober.ts'
import { Sightings } from './sightings.ts'

const ownRuns = 30
const warmUp = 5
const pauseMs = 250

/** A Service of this class is nobody's: its address is ours to write. */
const bareClass = 'bench.example/bare'
const bareAddress = '10.99.0.250'

interface Run {
  readonly createdToAddressMs: number
  readonly addressToAnswerMs: number
  /** From the later of address and endpoints: before either, no speaker may answer. */
  readonly lastCauseToAnswerMs: number
  readonly createdToAnswerMs: number
}

class Runs {
  readonly #kube: KubeClient
  readonly #sightings: Sightings
  readonly #prober: Prober
  #count = 0

  constructor(kube: KubeClient, sightings: Sightings, prober: Prober) {
    this.#kube = kube
    this.#sightings = sightings
    this.#prober = prober
  }

  /** One Service from nothing to an ARP answer, and gone again. */
  async ours(): Promise<Run> {
    const name = this.#nextName()
    const answer = this.#prober.firstAnswer(firstAddress)
    // Whoever fails first is reported; the other must not be called unhandled.
    answer.catch(() => undefined)
    const createdAtMs = await this.#create(name, undefined)
    const address = await this.#sightings.address(name)
    if (address.text !== firstAddress) throw new Error(`Service "${name}" got ${address.text} instead of ${firstAddress}`)
    const answeredAtMs = await answer
    // The watch of EndpointSlices may be a moment behind the wire.
    await sleep(pauseMs)
    const lastCauseAtMs = Math.max(address.atMs, this.#sightings.endpointsAtMs(name) ?? address.atMs)
    await this.#remove(name)
    await this.#prober.silence(firstAddress)
    return {
      createdToAddressMs: address.atMs - createdAtMs,
      addressToAnswerMs: answeredAtMs - address.atMs,
      lastCauseToAnswerMs: answeredAtMs - lastCauseAtMs,
      createdToAnswerMs: answeredAtMs - createdAtMs,
    }
  }

  /** The floor: this process writes the status itself as soon as the Service is created. */
  async bare(): Promise<number> {
    const name = this.#nextName()
    const createdAtMs = await this.#create(name, bareClass)
    const body = { status: { loadBalancer: { ingress: [{ ip: bareAddress, ipMode: 'VIP' }] } } }
    await this.#kube.patch(resources.services, name, { namespace: 'default', patch: 'merge', subresource: 'status', body })
    const { atMs } = await this.#sightings.address(name)
    await this.#remove(name)
    return atMs - createdAtMs
  }

  #nextName(): string {
    this.#count += 1
    return `latency-${this.#count}`
  }

  /** @returns when the API server's answer was here */
  async #create(name: string, loadBalancerClass: string | undefined): Promise<number> {
    await this.#kube.create(resources.services, webService(name, loadBalancerClass))
    return monotonicMs()
  }

  async #remove(name: string): Promise<void> {
    await this.#kube.remove(resources.services, name, { namespace: 'default' })
  }
}

function reportAll({ report }: Bench, ours: readonly Run[], bare: readonly number[]): void {
  const samplesOf = (key: keyof Run): readonly number[] => ours.map((run) => run[key])
  const toAddress = { name: 'latency-address', unit: 'ms', samples: samplesOf('createdToAddressMs') } as const
  const toAnswer = { name: 'latency-arp', unit: 'ms', samples: samplesOf('addressToAnswerMs') } as const
  report(figure({ ...toAddress, peer: { name: 'MetalLB', measuredEarlier: 7 }, aim: { type: 'atMost', limit: 4 } }))
  report(figure({ ...toAddress, peer: { name: 'bare client', samples: bare } }))
  report(figure({ ...toAnswer, peer: { name: 'MetalLB', measuredEarlier: 6 }, aim: { type: 'atMost', limit: 5 } }))
  report(figure({ name: 'latency-arp-last-cause', unit: 'ms', samples: samplesOf('lastCauseToAnswerMs') }))
  report(figure({ name: 'latency-created-arp', unit: 'ms', samples: samplesOf('createdToAnswerMs') }))
}

async function run(bench: Bench): Promise<void> {
  const { lab, kube } = await bench.lab.get()
  const runs = bench.runs ?? ownRuns
  const sightings = new Sightings(kube)
  const prober = await Prober.start(lab)
  try {
    await sightings.start()
    const measuring = new Runs(kube, sightings, prober)
    const ours: Run[] = []
    const bare: number[] = []
    bench.progress(`latency: ${warmUp + runs} Services one at a time, about ${warmUp + runs} s`)
    for (let index = 0; index < warmUp + runs; index += 1) {
      bench.signal.throwIfAborted()
      ours.push(await measuring.ours())
      await sleep(pauseMs, undefined, { signal: bench.signal })
      bare.push(await measuring.bare())
      await sleep(pauseMs, undefined, { signal: bench.signal })
    }
    reportAll(bench, ours.slice(warmUp), bare.slice(warmUp))
  } finally {
    await prober.stop()
    await sightings.stop()
  }
}

export const latency: Benchmark = {
  name: 'latency',
  about: 'a Service created → its address → the first ARP answer, on a three-node cluster',
  run,
}
