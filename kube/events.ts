// Kubernetes Events about the objects we act on: `kubectl describe` shows them. They inform, so nothing waits for them and nothing fails with them.
import type { KubeObject } from '../core/objects.ts'
import { ApiError, type KubeClient, resources } from './client.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Logger, named } from './logger.ts'

export interface EventRecorderOptions {
  readonly client: KubeClient
  /** `source.component` and `reportingComponent`. */
  readonly component: string
  /** Node or Pod: `source.host` and `reportingInstance`. */
  readonly host?: string
  readonly log: Logger
  readonly clock?: Clock
}

export type EventType = 'Normal' | 'Warning'

/** Events of one object: so many at once, then one per this time. A flapping object must not fill etcd. */
const burst = 25
const refillMs = 60_000

/** Series and budgets that are remembered; the longest unused goes first. */
const remembered = 4096

/** Requests under way plus in line; beyond, an event is dropped and counted. */
const longestLine = 1000

/** The API's limit of an Event's message. */
const longestMessage = 1024

interface Series {
  readonly name: string
  readonly namespace: string
  count: number
}

interface Budget {
  tokens: number
  at: number
}

/** Sends events one after the other; the same fact about the same object again only counts up the Event that is there. */
export class EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #clock: Clock
  readonly #log: Logger
  readonly #series = new Map<string, Series>()
  readonly #budgets = new Map<string, Budget>()
  readonly #stopping = new AbortController()
  #line: Promise<void> = Promise.resolve()
  #waiting = 0
  /** Events that were not sent, because there were too many. */
  dropped = 0

  constructor(options: EventRecorderOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#log = named(options.log, 'kube/events')
  }

  /**
   * Never throws, never waits.
   *
   * @param object needs apiVersion and kind; objects from a reflector have them
   * @param reason CamelCase, for machines; `message` is a sentence for people
   */
  event(object: KubeObject, type: EventType, reason: string, message: string): void {
    if (this.#stopping.signal.aborted) return
    if (!this.#mayAfford(object) || this.#waiting >= longestLine) {
      this.dropped++
      return
    }
    this.#waiting++
    const at = new Date(this.#clock.wall()).toISOString().replace(/\.\d+Z$/, 'Z')
    this.#line = this.#line
      .then(() => this.#send(object, { type, reason, message: message.slice(0, longestMessage), at }))
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#log.warn({ event: 'eventNotSent', reason, err: error })
      })
      .finally(() => this.#waiting--)
  }

  /** Resolves when everything handed over so far is sent or given up. */
  async drained(): Promise<void> {
    await this.#line
  }

  /** Gives up what is in line. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopped'))
    await this.#line
  }

  async #send(object: KubeObject, fact: Fact): Promise<void> {
    this.#stopping.signal.throwIfAborted()
    const { client } = this.#options
    const { signal } = this.#stopping
    const key = JSON.stringify([
      object.kind,
      object.metadata.namespace,
      object.metadata.name,
      object.metadata.uid,
      fact.type,
      fact.reason,
      fact.message,
    ])
    const series = this.#series.get(key)
    if (series !== undefined) {
      const { name, namespace } = series
      const count = series.count + 1
      try {
        await client.patch(resources.events, name, { namespace, patch: 'merge', body: { count, lastTimestamp: fact.at }, signal })
        series.count = count
        touch(this.#series, key, series)
        return
      } catch (error) {
        // Events live for an hour in the API: then a new one begins the series.
        if (!(error instanceof ApiError) || error.status !== 404) throw error
      }
    }
    const body = this.#eventObject(object, fact)
    await client.create(resources.events, body, { signal })
    touch(this.#series, key, { name: body.metadata.name, namespace: body.metadata.namespace, count: 1 })
  }

  #eventObject(object: KubeObject, fact: Fact): EventObject {
    const { component, host } = this.#options
    const { name = '', namespace, uid, resourceVersion } = object.metadata
    // Events about objects of no namespace live in 'default', as those of every Kubernetes component do.
    const home = namespace === undefined || namespace === '' ? 'default' : namespace
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name.slice(0, 230)}.${this.#unique()}`, namespace: home },
      involvedObject: { apiVersion: object.apiVersion, kind: object.kind, name, namespace, uid, resourceVersion },
      type: fact.type,
      reason: fact.reason,
      message: fact.message,
      source: { component, host },
      reportingComponent: component,
      reportingInstance: host ?? component,
      firstTimestamp: fact.at,
      lastTimestamp: fact.at,
      count: 1,
    }
  }

  /** Sixteen hex digits: the time in microseconds is what client-go uses, and two processes can share one. */
  #unique(): string {
    const chance = Math.floor(this.#clock.random() * 2 ** 32)
    const time = Math.floor(this.#clock.wall()) % 2 ** 32
    return time.toString(16).padStart(8, '0') + chance.toString(16).padStart(8, '0')
  }

  #mayAfford({ kind, metadata }: KubeObject): boolean {
    const key = JSON.stringify([kind, metadata.namespace, metadata.name])
    const now = this.#clock.now()
    const { tokens, at } = this.#budgets.get(key) ?? { tokens: burst, at: now }
    const available = Math.min(burst, tokens + (now - at) / refillMs)
    touch(this.#budgets, key, { tokens: available < 1 ? available : available - 1, at: now })
    return available >= 1
  }
}

interface Fact {
  readonly type: EventType
  readonly reason: string
  readonly message: string
  readonly at: string
}

interface EventObject {
  readonly apiVersion: 'v1'
  readonly kind: 'Event'
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly [field: string]: unknown
}

/** A Map keeps the order of insertion: what was set last is the youngest. */
function touch<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key)
  map.set(key, value)
  const oldest = map.keys().next()
  if (map.size > remembered && oldest.done !== true) map.delete(oldest.value)
}
