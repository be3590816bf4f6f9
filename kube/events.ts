// Kubernetes Events about the objects we act on: `kubectl describe` shows them. They inform, so nothing waits for them and nothing fails with them.
import type { KubeObject } from '../core/objects.ts'
import { ApiError, type KubeClient, resources } from './client.ts'
import { type Clock, systemClock } from './clock.ts'
import { type CorrelatedFact, EventCorrelator, type EventType, Remembered } from './event-correlator.ts'
import { type Logger, named } from './logger.ts'

export interface EventRecorderOptions {
  readonly client: Pick<KubeClient, 'create' | 'patch'>
  /** `source.component` and `reportingComponent`. */
  readonly component: string
  /** Node or Pod: `source.host` and `reportingInstance`. */
  readonly host?: string
  /** There is more important work for the API server: meanwhile Events go one at a time. */
  readonly isBusy?: () => boolean
  /** An Event that is not sent: its object said too much, the line was full, or the API server did not take it. */
  readonly onDropped?: (why: 'flapping' | 'lineFull' | 'failed') => void
  readonly log: Logger
  readonly clock?: Clock
}

/** Requests under way at a time. */
const concurrency = 8

/** Events in line; beyond, they are dropped and counted. 10,000 Services that get their addresses at once, with one warning each, fit. */
const longestLine = 20_000

/** Series that are remembered; the longest unused goes first. */
const rememberedSeries = 4096

/** An API server that is away for a minute gets the Events of that minute. */
const mostAttempts = 12
const pauseMs = 5_000

interface Item {
  readonly fact: CorrelatedFact
  readonly body: EventObject
  attempts: number
}

interface Series {
  readonly name: string
  readonly namespace: string
  count: number
}

/** Sends Events of one object in their order; the same fact about the same object again only counts up the Event that is there. */
export class EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #clock: Clock
  readonly #log: Logger
  readonly #correlator = new EventCorrelator()
  readonly #series = new Remembered<Series>(rememberedSeries)
  readonly #stopping = new AbortController()
  /** What is to be sent, by object. */
  readonly #lines = new Map<string, Item[]>()
  /** Objects of `#lines` that nobody is at work on, in the order of their first Event. */
  readonly #ready = new Set<string>()
  #working = 0
  #length = 0
  #isPaused = false
  #isFull = false
  #idle: PromiseWithResolvers<void> | undefined

  constructor(options: EventRecorderOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#log = named(options.log, 'kube/events')
  }

  /** Events in line or on their way. */
  get depth(): number {
    return this.#length
  }

  /**
   * Never throws, never waits.
   *
   * @param object needs apiVersion and kind; objects from a reflector have them
   * @param reason CamelCase, for machines; `message` is a sentence for people
   */
  event(object: KubeObject, type: EventType, reason: string, message: string): void {
    if (this.#stopping.signal.aborted) return
    const fact = this.#correlator.correlate(object, { type, reason, message }, this.#clock.now())
    if (fact === undefined) this.#options.onDropped?.('flapping')
    else if (this.#length >= longestLine) this.#tellFull()
    else this.#enqueue(object, fact)
  }

  /** Resolves when everything handed over so far is sent or given up. */
  async drained(): Promise<void> {
    if (this.#length > 0) await (this.#idle ??= Promise.withResolvers()).promise
  }

  /** Gives up what is in line. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopped'))
    const left = [...this.#ready].reduce((sum, key) => sum + (this.#lines.get(key)?.length ?? 0), 0)
    for (const key of this.#ready) this.#lines.delete(key)
    this.#ready.clear()
    this.#finish(left)
    await this.drained()
  }

  #tellFull(): void {
    this.#options.onDropped?.('lineFull')
    if (this.#isFull) return
    this.#isFull = true
    this.#log.warn({ event: 'eventsDropped', inLine: this.#length }, 'too many Events are in line: some are not sent')
  }

  #enqueue(object: KubeObject, fact: CorrelatedFact): void {
    const { kind, metadata } = object
    const key = JSON.stringify([kind, metadata.namespace, metadata.name])
    const item: Item = { fact, body: this.#eventObject(object, fact), attempts: 0 }
    const line = this.#lines.get(key)
    if (line === undefined) {
      this.#lines.set(key, [item])
      this.#ready.add(key)
    } else line.push(item)
    this.#length++
    this.#work()
  }

  #work(): void {
    for (const key of this.#ready) {
      const most = this.#options.isBusy?.() === true ? 1 : concurrency
      if (this.#working >= most || this.#isPaused) return
      this.#ready.delete(key)
      this.#working++
      void this.#sendFirst(key)
    }
  }

  /** The oldest Event of an object; then it is the turn of others. */
  async #sendFirst(key: string): Promise<void> {
    const line = this.#lines.get(key) ?? []
    const [item] = line
    const isDone = item === undefined || (await this.#attempt(item))
    this.#working--
    const done = this.#stopping.signal.aborted ? line.length : isDone ? 1 : 0
    line.splice(0, done)
    if (line.length === 0) this.#lines.delete(key)
    else this.#ready.add(key)
    this.#finish(done)
    this.#work()
  }

  #finish(count: number): void {
    this.#length -= count
    if (this.#length > 0) return
    this.#isFull = false
    this.#idle?.resolve()
    this.#idle = undefined
  }

  /** @returns false when it is to be tried again */
  async #attempt(item: Item): Promise<boolean> {
    const { signal } = this.#stopping
    try {
      await this.#send(item)
      return true
    } catch (error) {
      if (signal.aborted) return true
      item.attempts++
      const isAway = error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500)
      if (isAway && item.attempts < mostAttempts) {
        this.#pause()
        return false
      }
      this.#options.onDropped?.('failed')
      this.#log.warn({ event: 'eventNotSent', reason: item.fact.reason, err: error }, 'an Event could not be sent')
      return true
    }
  }

  #pause(): void {
    const { signal } = this.#stopping
    if (this.#isPaused) return
    this.#isPaused = true
    void this.#clock.sleep(pauseMs, signal).then(() => {
      this.#isPaused = false
      this.#work()
    })
  }

  async #send({ fact, body, attempts }: Item): Promise<void> {
    const { client } = this.#options
    const { signal } = this.#stopping
    const series = this.#series.get(fact.key)
    if (series !== undefined) {
      const { name, namespace } = series
      const count = series.count + 1
      try {
        const change = { count, lastTimestamp: body.lastTimestamp, message: fact.message }
        await client.patch(resources.events, name, { namespace, patch: 'merge', body: change, signal })
        series.count = count
        this.#series.set(fact.key, series)
        return
      } catch (error) {
        // Events live for an hour in the API: then a new one begins the series.
        if (!(error instanceof ApiError) || error.status !== 404) throw error
      }
    }
    try {
      await client.create(resources.events, body, { signal })
    } catch (error) {
      // The answer to an earlier attempt was lost.
      if (attempts === 0 || !(error instanceof ApiError) || error.status !== 409) throw error
    }
    this.#series.set(fact.key, { name: body.metadata.name, namespace: body.metadata.namespace, count: 1 })
  }

  #eventObject({ apiVersion, kind, metadata }: KubeObject, { type, reason, message }: CorrelatedFact): EventObject {
    const { component, host } = this.#options
    const { name = '', namespace, uid, resourceVersion } = metadata
    const at = new Date(this.#clock.wall()).toISOString().replace(/\.\d+Z$/, 'Z')
    // Events about objects of no namespace live in 'default', as those of every Kubernetes component do.
    const home = namespace === undefined || namespace === '' ? 'default' : namespace
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name.slice(0, 230)}.${this.#unique()}`, namespace: home },
      involvedObject: { apiVersion, kind, name, namespace, uid, resourceVersion },
      type,
      reason,
      message,
      source: { component, host },
      reportingComponent: component,
      reportingInstance: host ?? component,
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
    }
  }

  /** Sixteen hex digits: the time in microseconds is what client-go uses, and two processes can share one. */
  #unique(): string {
    const chance = Math.floor(this.#clock.random() * 2 ** 32)
    const time = Math.floor(this.#clock.wall()) % 2 ** 32
    return time.toString(16).padStart(8, '0') + chance.toString(16).padStart(8, '0')
  }
}

interface EventObject {
  readonly apiVersion: 'v1'
  readonly kind: 'Event'
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly lastTimestamp: string
  readonly [field: string]: unknown
}
