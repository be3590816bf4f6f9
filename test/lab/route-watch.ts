// Watches the kernel's routes in a place, which routers change at the moment that a session brings or takes one: no polling, times to the microsecond.
import { Daemon } from '../interop/daemon.ts'
import type { Place } from './place.ts'
import { until } from './wait.ts'

/** One line of `ip -oneline -tshort monitor route`. */
export interface RouteMessage {
  /** Milliseconds since the epoch, with a fraction. */
  readonly time: number
  /** As the kernel prints it: without the length for a single address. */
  readonly prefix: string
  readonly isDeletion: boolean
  readonly nextHops: readonly string[]
}

/** @returns nothing for a line that is no route */
export function parseRouteLine(line: string): RouteMessage | undefined {
  const match = /^\[(\S+)(\d{3})\] (Deleted )?(?:[a-z]+ )?([0-9a-f.:]+(?:\/\d+)?) (.*)$/.exec(line)
  if (match === null) return undefined
  const [, moment = '', micros = '', deleted, prefix = '', rest = ''] = match
  // `ip` prints local time, as which Date reads a text without a zone; it knows nothing below milliseconds.
  const time = new Date(moment).getTime() + Number(micros) / 1000
  return { time, prefix, isDeletion: deleted !== undefined, nextHops: [...rest.matchAll(/\bvia (\S+)/g)].flatMap(([, hop]) => hop ?? []) }
}

export interface RouteChange {
  /** When `ip` read the kernel's message, on the clock of performance.now(). */
  readonly at: number
  readonly prefix: string
  /** From now on; of an ECMP route all of them, sorted. None when the route is gone. */
  readonly nextHops: readonly string[]
}

interface Waiter {
  readonly isMeant: (change: RouteChange) => boolean
  readonly resolve: (change: RouteChange) => void
}

export class RouteWatch {
  readonly #daemon: Daemon
  readonly #waiters = new Set<Waiter>()
  readonly #changes: RouteChange[] = []
  readonly #nextHops = new Map<string, readonly string[]>()

  private constructor(place: Place) {
    this.#daemon = new Daemon(place, ['ip', '-oneline', '-tshort', 'monitor', 'route'], (line) => this.#read(line))
  }

  /**
   * Resolves when no later change can be missed. What routes there are already is not known.
   *
   * @param place a network namespace and no more (`namespacePlace`): what enters a PID namespace does not pass the signal on that ends the watch
   */
  static async open(place: Place): Promise<RouteWatch> {
    const watch = new RouteWatch(place)
    // `ip` does not say that it listens: then it sees a route that comes and goes.
    const look = async (): Promise<true | undefined> => {
      for (const verb of ['replace', 'del']) await place.must(['ip', 'route', verb, 'blackhole', sentinel])
      return watch.#changes.length > 0 || undefined
    }
    try {
      await until(`a watch of routes in ${place.name}`, look, { limitMs: 5000, everyMs: 20, evidence: () => watch.#daemon.output })
      return watch
    } catch (error) {
      await watch.close()
      throw error
    }
  }

  /** All so far, in their order. */
  get changes(): readonly RouteChange[] {
    return this.#changes.filter(({ prefix }) => prefix !== sentinel)
  }

  /** The first change of that prefix, from the moment `since` on, after which the claim about its next hops holds. */
  async whenNextHops(
    prefix: string,
    holds: (nextHops: readonly string[]) => boolean,
    { since = 0, limitMs }: { readonly since?: number; readonly limitMs: number },
  ): Promise<RouteChange> {
    const isMeant = (change: RouteChange): boolean => change.prefix === prefix && change.at >= since && holds(change.nextHops)
    const past = this.#changes.find(isMeant)
    if (past !== undefined) return past
    const { promise, resolve, reject } = Promise.withResolvers<RouteChange>()
    const waiter = { isMeant, resolve }
    this.#waiters.add(waiter)
    const limit = setTimeout(() => {
      const seen = this.changes.slice(-5).map((change) => `${change.prefix} via ${change.nextHops.join(', ') || 'nobody'}`)
      reject(new Error(`waited ${limitMs / 1000} s for a change of ${prefix}; the last ones: ${seen.join('; ')} ${this.#daemon.output}`))
    }, limitMs)
    try {
      return await promise
    } finally {
      clearTimeout(limit)
      this.#waiters.delete(waiter)
    }
  }

  close(): Promise<void> {
    return this.#daemon.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #read(line: string): void {
    const message = parseRouteLine(line)
    if (message === undefined) return
    const { prefix, isDeletion } = message
    // IPv6 tells of the loss of one next hop as of a route of its own.
    const nextHops = isDeletion
      ? (this.#nextHops.get(prefix) ?? []).filter((hop) => !message.nextHops.includes(hop))
      : message.nextHops.toSorted()
    this.#nextHops.set(prefix, nextHops)
    const change = { at: message.time - performance.timeOrigin, prefix, nextHops }
    this.#changes.push(change)
    for (const waiter of this.#waiters) if (waiter.isMeant(change)) waiter.resolve(change)
  }
}

/** Of the block for documentation (RFC 5737): nobody announces it. */
const sentinel = '192.0.2.1'
