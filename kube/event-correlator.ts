// Which Events of one object are one: by the rules of client-go's recorder, which those who read Events know.
import type { KubeObject } from '../core/objects.ts'

export type EventType = 'Normal' | 'Warning'

export interface EventFact {
  readonly type: EventType
  /** CamelCase, for machines. */
  readonly reason: string
  /** A sentence for people. */
  readonly message: string
}

/** An Event to be sent, or counted up when one with this key was sent before. */
export interface CorrelatedFact extends EventFact {
  readonly key: string
}

/** Events of one object: so many at once, then one per this time. A flapping object must not fill etcd. */
const burst = 25
const refillMs = 60_000

/** The tenth other message of one object and reason stands for itself and all that follow, until nothing was said for this time. */
const mostMessages = 10
const similarMs = 600_000
const combined = '(combined from similar events): '

/** Objects that are remembered; the longest unused goes first. */
const remembered = 4096

/** The API's limit of an Event's message. */
const longestMessage = 1024

interface Budget {
  tokens: number
  at: number
}

interface Similar {
  readonly messages: Set<string>
  at: number
}

export class EventCorrelator {
  readonly #budgets = new Remembered<Budget>(remembered)
  readonly #similar = new Remembered<Similar>(remembered)

  /**
   * Undefined when the object has said too much lately.
   *
   * @param now monotonic milliseconds
   */
  correlate(object: KubeObject, { type, reason, message }: EventFact, now: number): CorrelatedFact | undefined {
    const { kind, metadata } = object
    if (!this.#mayAfford(JSON.stringify([kind, metadata.namespace, metadata.name]), now)) return undefined
    const about = JSON.stringify([kind, metadata.namespace, metadata.name, metadata.uid, type, reason])
    const known = this.#similar.get(about)
    const similar = known === undefined || now - known.at > similarMs ? { messages: new Set<string>(), at: now } : known
    similar.at = now
    this.#similar.set(about, similar)
    if (similar.messages.size >= mostMessages - 1 && !similar.messages.has(message))
      return { type, reason, message: cut(combined + message), key: about }
    similar.messages.add(message)
    return { type, reason, message: cut(message), key: JSON.stringify([about, message]) }
  }

  #mayAfford(object: string, now: number): boolean {
    const { tokens, at } = this.#budgets.get(object) ?? { tokens: burst, at: now }
    const available = Math.min(burst, tokens + (now - at) / refillMs)
    this.#budgets.set(object, { tokens: available < 1 ? available : available - 1, at: now })
    return available >= 1
  }
}

/** A Map that forgets what was not set for the longest time. */
export class Remembered<V> {
  readonly #most: number
  /** A Map keeps the order of insertion: what was set last is the youngest. */
  readonly #values = new Map<string, V>()

  constructor(most: number) {
    this.#most = most
  }

  get(key: string): V | undefined {
    return this.#values.get(key)
  }

  set(key: string, value: V): void {
    this.#values.delete(key)
    this.#values.set(key, value)
    const oldest = this.#values.keys().next()
    if (this.#values.size > this.#most && oldest.done !== true) this.#values.delete(oldest.value)
  }
}

function cut(message: string): string {
  return message.slice(0, longestMessage)
}
