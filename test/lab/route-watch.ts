// Watches the kernel's routes in a place, which routers change at the moment that a session brings or takes one: no polling, times to the microsecond.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import type { Place } from './place.ts'
import { until } from './wait.ts'

export interface RouteChange {
  /** When the kernel's message was read, on the clock of performance.now(). */
  readonly at: number
  /** As the kernel prints it: without the length for a single address. */
  readonly prefix: string
  /** Of an ECMP route all of them, sorted; none when the route is gone. */
  readonly nextHops: readonly string[]
}

/**
 * Reads a line of `ip -oneline -tshort monitor route`.
 *
 * @returns nothing for other lines
 */
export function parseRouteLine(line: string, timeOrigin: number): RouteChange | undefined {
  const match = /^\[([^\]]+?)(\d{3})\] (Deleted )?(?:(?:unicast|blackhole) )?([0-9a-f.:/]+) (.*)$/.exec(line)
  if (match === null) return undefined
  const [, moment = '', micros = '', deleted, prefix = '', rest = ''] = match
  // `ip` prints local time; Date reads a time without a zone as such, but knows nothing below milliseconds.
  const at = new Date(moment).getTime() - timeOrigin + Number(micros) / 1000
  const nextHops = [...rest.matchAll(/\bvia ([0-9a-f.:]+)/g)].flatMap(([, address]) => address ?? [])
  return { at, prefix, nextHops: deleted === undefined ? nextHops.toSorted() : [] }
}

interface Waiter {
  readonly holds: (change: RouteChange) => boolean
  readonly resolve: (change: RouteChange) => void
}

export class RouteWatch {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  readonly #waiters = new Set<Waiter>()
  readonly #changes: RouteChange[] = []
  #errors = ''

  private constructor(place: Place) {
    const [program = '', ...rest] = [...place.enter, 'ip', '-oneline', '-tshort', 'monitor', 'route']
    this.#child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...place.env } })
    this.#child.on('error', (error) => (this.#errors += error.message))
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text))
    let rest_ = ''
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest_ + text).split('\n')
      rest_ = lines.pop() ?? ''
      for (const line of lines) this.#read(line)
    })
  }

  /** Resolves when no later change can be missed. */
  static async open(place: Place): Promise<RouteWatch> {
    const watch = new RouteWatch(place)
    try {
      // `ip` does not say when it listens: it has seen a route of our own by then.
      await until(
        `the watch of routes in ${place.name}`,
        async () => {
          await place.must(['ip', 'route', 'replace', 'blackhole', sentinel])
          await place.must(['ip', 'route', 'del', 'blackhole', sentinel])
          return watch.#changes.length > 0 || undefined
        },
        { limitMs: 5000, everyMs: 20, evidence: () => watch.#errors },
      )
    } catch (error) {
      await watch.close()
      throw error
    }
    watch.#changes.splice(0)
    return watch
  }

  /** All so far, in their order. */
  get changes(): readonly RouteChange[] {
    return this.#changes.filter(({ prefix }) => prefix !== sentinel)
  }

  /** The first change of that prefix, past or to come, for which the claim about its next hops holds. */
  async whenNextHops(prefix: string, holds: (nextHops: readonly string[]) => boolean, options: { since?: number; limitMs: number }): Promise<RouteChange> {
    const since = options.since ?? 0
    const isMeant = (change: RouteChange): boolean => change.prefix === prefix && change.at >= since && holds(change.nextHops)
    const past = this.#changes.find(isMeant)
    if (past !== undefined) return past
    const { promise, resolve, reject } = Promise.withResolvers<RouteChange>()
    const waiter = { holds: isMeant, resolve }
    this.#waiters.add(waiter)
    const limit = setTimeout(() => {
      const seen = this.changes.slice(-5).map((change) => `${change.prefix} via ${change.nextHops.join(', ') || 'nothing'}`)
      reject(new Error(`waited ${options.limitMs / 1000} s for a change of ${prefix}; seen last: ${seen.join('; ') || 'nothing'} ${this.#errors}`))
    }, options.limitMs)
    try {
      return await promise
    } finally {
      clearTimeout(limit)
      this.#waiters.delete(waiter)
    }
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) return
    const ended = once(this.#child, 'close')
    this.#child.kill()
    await ended
  }

  #read(line: string): void {
    const change = parseRouteLine(line, performance.timeOrigin)
    if (change === undefined) return
    this.#changes.push(change)
    for (const waiter of this.#waiters) if (waiter.holds(change)) waiter.resolve(change)
  }
}

/** Of the block for documentation (RFC 5737): nobody announces it. */
const sentinel = '192.0.2.1'
