// One Service at a time, from nothing to an answer and gone again.
import { setTimeout as sleep } from 'node:timers/promises'
import { type KubeClient, resources } from '../../kube/client.ts'
import type { RouteWatch } from '../../test/lab/route-watch.ts'
import { monotonicMs, wallOffset } from '../clock.ts'
import { lanAddress, routedAddress, type ServiceOptions, webService } from '../shared-lab.ts'
import type { Prober } from './prober.ts'
import type { Sightings } from './sightings.ts'

const pauseMs = 250
const limitMs = 20_000

/** A Service of this class is nobody's: its address is ours to write. */
const bareClass = 'bench.example/bare'
const bareAddress = '10.99.0.250'

/** Moments of the machine's monotonic clock. */
export interface Moments {
  /** The API server's answer was here. */
  readonly createdMs: number
  readonly addressMs: number
  /** The address or ready endpoints, whatever was seen later: before either, no speaker may do anything. */
  readonly lastCauseMs: number
}

export interface ArpRun extends Moments {
  readonly answeredMs: number
}

export interface RouteRun extends Moments {
  /** The router's kernel has a route over one node at least. */
  readonly firstHopMs: number
  /** Over all of them. */
  readonly allHopsMs: number
}

interface Tools {
  readonly kube: KubeClient
  readonly sightings: Sightings
  readonly prober: Prober
  /** Of BIRD's routes. */
  readonly routes: RouteWatch
  readonly nodes: number
}

export class Runs {
  readonly #tools: Tools
  #count = 0

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /** On the LAN: until the first ARP answer. */
  async arp(): Promise<ArpRun> {
    const { prober } = this.#tools
    const answer = prober.firstAnswer(lanAddress)
    // Whoever fails first is reported; the other must not be called unhandled.
    answer.catch(() => undefined)
    const { name, createdMs } = await this.#create()
    const addressMs = await this.#address(name, lanAddress)
    const answeredMs = await answer
    const lastCauseMs = await this.#lastCause(name, addressMs)
    await this.#remove(name)
    await prober.silence(lanAddress)
    return { createdMs, addressMs, lastCauseMs, answeredMs }
  }

  /** Outside the LAN: until BIRD has the route. */
  async route(): Promise<RouteRun> {
    const { routes, nodes } = this.#tools
    const since = performance.now()
    const whenHops = async (count: number): Promise<number> =>
      (await routes.whenNextHops(routedAddress, (hops) => hops.length >= count, { since, limitMs })).at
    const { name, createdMs } = await this.#create({ pool: 'routed' })
    const addressMs = await this.#address(name, routedAddress)
    const [first, all] = await Promise.all([whenHops(1), whenHops(nodes)])
    const lastCauseMs = await this.#lastCause(name, addressMs)
    const removedAt = performance.now()
    await this.#remove(name)
    await routes.whenNextHops(routedAddress, (hops) => hops.length === 0, { since: removedAt, limitMs })
    // The watch counts wall time from this process's start.
    const offset = performance.timeOrigin - wallOffset()
    return { createdMs, addressMs, lastCauseMs, firstHopMs: first + offset, allHopsMs: all + offset }
  }

  /** The floor of an address: this process writes the status itself as soon as the Service is created. Milliseconds until the watch shows it. */
  async bare(): Promise<number> {
    const { name, createdMs } = await this.#create({ loadBalancerClass: bareClass })
    const body = { status: { loadBalancer: { ingress: [{ ip: bareAddress, ipMode: 'VIP' }] } } }
    await this.#tools.kube.patch(resources.services, name, { namespace: 'default', patch: 'merge', subresource: 'status', body })
    const addressMs = await this.#address(name, bareAddress)
    await this.#remove(name)
    return addressMs - createdMs
  }

  async #create(options?: ServiceOptions): Promise<{ readonly name: string; readonly createdMs: number }> {
    this.#count += 1
    const name = `latency-${this.#count}`
    await sleep(pauseMs)
    await this.#tools.kube.create(resources.services, webService(name, options))
    return { name, createdMs: monotonicMs() }
  }

  async #address(name: string, wanted: string): Promise<number> {
    const { text, atMs } = await this.#tools.sightings.address(name)
    if (text !== wanted) throw new Error(`Service "${name}" got ${text} instead of ${wanted}`)
    return atMs
  }

  async #lastCause(name: string, addressMs: number): Promise<number> {
    // The watch of EndpointSlices may be a moment behind the wire.
    await sleep(pauseMs)
    return Math.max(addressMs, this.#tools.sightings.endpointsAtMs(name) ?? addressMs)
  }

  async #remove(name: string): Promise<void> {
    await this.#tools.kube.remove(resources.services, name, { namespace: 'default' })
  }
}
