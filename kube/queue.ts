// Keys to work on: each at most once in line, each in the hands of one worker at a time, tried again with growing pauses when the work fails.
import { backoff } from './backoff.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Logger, named } from './logger.ts'

export interface WorkQueueOptions {
  /** Level-driven: reads what is true now and makes it so. A rejection means: again, later. */
  readonly process: (key: string) => Promise<void>
  readonly concurrency: number
  readonly log: Logger
  /** Milliseconds until the first retry of a key; doubles with each failure in a row. */
  readonly baseDelayMs?: number
  readonly maxDelayMs?: number
  readonly observer?: QueueObserver
  readonly clock?: Clock
}

/** Is told what the queue does, in milliseconds. */
export interface QueueObserver {
  added(): void
  started(waitedMs: number): void
  ended(workedMs: number): void
  retried(): void
}

const [first, usual, last] = [0, 1, 2] as const
type Rank = typeof first | typeof usual | typeof last

/** Work that waits for nothing must not keep events and answers waiting. */
const keysPerTurn = 100

export class WorkQueue {
  readonly #options: WorkQueueOptions
  readonly #clock: Clock
  readonly #log: Logger
  /** In the order of their arrival, and since when (monotonic); a line comes after the one before it. */
  readonly #lines = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()] as const
  readonly #working = new Map<string, Promise<void>>()
  /** Added while worked on: to be looked at once more. */
  readonly #again = new Set<string>()
  readonly #failures = new Map<string, number>()
  /** Keys that come by themselves, and when (monotonic). */
  readonly #later = new Map<string, { readonly at: number; readonly cancel: AbortController }>()
  #filling = false
  #begun = 0
  #stopped = false

  constructor(options: WorkQueueOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#log = named(options.log, 'kube/queue')
  }

  /** The key will be processed at least once from its beginning after this call. */
  add(key: string): void {
    if (this.#stopped) return
    this.#cancelLater(key)
    this.#put(key, usual)
  }

  /** Like `add`, but before all that were not added like this. */
  addFirst(key: string): void {
    if (this.#stopped) return
    this.#cancelLater(key)
    this.#put(key, first)
  }

  /** Like `add`, but after all that were not added like this. */
  addLast(key: string): void {
    if (!this.#stopped) this.#put(key, last)
  }

  /** Where it stands already it stays, unless that is further behind. */
  #put(key: string, rank: Rank): void {
    if (this.#working.has(key)) this.#again.add(key)
    else {
      const before = this.#lines.findIndex((line) => line.has(key))
      if (before !== -1 && before <= rank) return
      const since = this.#lines[before]?.get(key)
      this.#lines[before]?.delete(key)
      this.#lines[rank].set(key, since ?? this.#clock.now())
      if (since === undefined) this.#options.observer?.added()
    }
    this.#fillSoon()
  }

  /** Like `add`, in `ms` milliseconds; of several such wishes for one key the earliest counts. */
  addAfter(key: string, ms: number): void {
    if (this.#stopped) return
    const at = this.#clock.now() + ms
    const planned = this.#later.get(key)
    if (planned !== undefined && planned.at <= at) return
    this.#cancelLater(key)
    const cancel = new AbortController()
    this.#later.set(key, { at, cancel })
    void this.#clock.sleep(ms, cancel.signal).then(() => {
      if (!cancel.signal.aborted) this.add(key)
    })
  }

  /** Takes nothing more and waits for the workers. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const line of this.#lines) line.clear()
    this.#again.clear()
    for (const key of this.#later.keys()) this.#cancelLater(key)
    await Promise.all(this.#working.values())
  }

  /** Keys in line, without those being worked on or planned for later. */
  get depth(): number {
    return this.#lines.reduce((sum, line) => sum + line.size, this.#again.size)
  }

  /** Not at once: what is added in one turn of the caller is one reason to work. */
  #fillSoon(): void {
    if (this.#filling) return
    this.#filling = true
    queueMicrotask(() => {
      this.#filling = false
      this.#fill()
    })
  }

  #fill(): void {
    if (this.#filling) return
    for (const line of this.#lines) {
      for (const [key, since] of line) {
        if (this.#working.size >= this.#options.concurrency) return
        if (++this.#begun % keysPerTurn === 0) {
          this.#filling = true
          setImmediate(() => {
            this.#filling = false
            this.#fill()
          })
          return
        }
        line.delete(key)
        this.#options.observer?.started(this.#clock.now() - since)
        this.#working.set(key, this.#work(key))
      }
    }
  }

  async #work(key: string): Promise<void> {
    // The key counts as being worked on before its work begins.
    await Promise.resolve()
    const startedAt = this.#clock.now()
    try {
      await this.#options.process(key)
      this.#failures.delete(key)
    } catch (error) {
      this.#retry(key, error)
    }
    this.#working.delete(key)
    this.#options.observer?.ended(this.#clock.now() - startedAt)
    if (this.#again.delete(key)) this.add(key)
    else this.#fill()
  }

  #retry(key: string, error: unknown): void {
    const failures = (this.#failures.get(key) ?? 0) + 1
    this.#failures.set(key, failures)
    this.#options.observer?.retried()
    const pauses = { first: this.#options.baseDelayMs ?? 5, longest: this.#options.maxDelayMs ?? 30_000 }
    const pause = backoff(failures, pauses, this.#clock.random())
    this.#log.warn({ event: 'workFailed', key, failures, retryInMs: Math.round(pause), err: error }, 'work failed and will be tried again')
    this.addAfter(key, pause)
  }

  #cancelLater(key: string): void {
    this.#later.get(key)?.cancel.abort()
    this.#later.delete(key)
  }
}
