// One Service at a time, from nothing to an answer and gone again.
import { setTimeout as sleep } from 'node:timers/promises'
import type { RouteWatch } from '../../test/lab/route-watch.ts'
import { wallOffset } from '../clock.ts'
import type { LoneServices } from '../lone-services.ts'
import { lanAddress, routedAddress } from '../shared-lab.ts'
import type { Prober } from './prober.ts'
import type { Sightings } from './sightings.ts'

const pauseMs = 250
const limitMs = 20_000

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
  readonly services: LoneServices
  readonly sightings: Sightings
  readonly prober: Prober
  /** Of BIRD's routes. */
  readonly routes: RouteWatch
  readonly nodes: number
}

export class Runs {
  readonly #tools: Tools

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /** On the LAN: until the first ARP answer. */
  async arp(): Promise<ArpRun> {
    const { prober, services } = this.#tools
    const answer = prober.firstAnswer(lanAddress)
    // Whoever fails first is reported; the other must not be called unhandled.
    answer.catch(() => undefined)
    const { name, createdMs } = await services.create()
    const addressMs = await services.address(name, lanAddress)
    const answeredMs = await answer
    const lastCauseMs = await this.#lastCause(name, addressMs)
    await services.remove(name)
    await prober.silence(lanAddress)
    return { createdMs, addressMs, lastCauseMs, answeredMs }
  }

  /** Outside the LAN: until BIRD has the route. */
  async route(): Promise<RouteRun> {
    const { routes, nodes, services } = this.#tools
    const since = performance.now()
    const whenHops = async (count: number): Promise<number> =>
      (await routes.whenNextHops(routedAddress, (hops) => hops.length >= count, { since, limitMs })).at
    const { name, createdMs } = await services.create({ pool: 'routed' })
    const addressMs = await services.address(name, routedAddress)
    const [first, all] = await Promise.all([whenHops(1), whenHops(nodes)])
    const lastCauseMs = await this.#lastCause(name, addressMs)
    const removedAt = performance.now()
    await services.remove(name)
    await routes.whenNextHops(routedAddress, (hops) => hops.length === 0, { since: removedAt, limitMs })
    // The watch counts wall time from this process's start.
    const offset = performance.timeOrigin - wallOffset()
    return { createdMs, addressMs, lastCauseMs, firstHopMs: first + offset, allHopsMs: all + offset }
  }

  async #lastCause(name: string, addressMs: number): Promise<number> {
    // The watch of EndpointSlices may be a moment behind the wire.
    await sleep(pauseMs)
    return Math.max(addressMs, this.#tools.sightings.endpointsAtMs(name) ?? addressMs)
  }
}
