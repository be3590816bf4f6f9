// Keeps a local copy of one kind in step with the API server for as long as the process lives.
//
// List once, then watch; a watch that ends or breaks is resumed from the last version seen (bookmarks advance it while nothing happens), and only when the
// server has forgotten that version (410) is everything listed again, with the differences told as changes. Nothing ends this but stop().
import type { KubeObject } from '../core/objects.ts'
import { isNotOlder } from '../core/resource-version.ts'
import { ApiError, wordsOf } from './api-error.ts'
import { backoff } from './backoff.ts'
import type { KubeClient, Resource } from './client.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Logger, named } from './logger.ts'
import { ObjectStore, type Store } from './store.ts'
import { readEvent } from './watch-event.ts'

/** Milliseconds. */
export interface ReflectorTiming {
  /**
   * A watch without a byte for this long is opened anew. API servers send a bookmark each minute, so this is a missed one; where they send none because nothing
   * has ever changed, it costs one request each time. (A peer that lost power is found earlier, by TCP's own probes.)
   */
  readonly idle: number
  /** The first retry comes at once, the second after this. */
  readonly firstPause: number
  readonly longestPause: number
  /** A watch that lasted this long was a good one, even if nothing happened. */
  readonly goodWatch: number
}

const defaultTiming: ReflectorTiming = { idle: 75_000, firstPause: 100, longestPause: 10_000, goodWatch: 5_000 }

/** A kind that is missing is asked for again after this long. */
const missingKindMs = 30_000

/** A watch that has not brought by then what is known to be there is opened anew: its connection may be dead. */
const behindMs = 1000

/** So often in a row may the server fail to continue from our version before we stop believing in the version. */
const patience = 3

export interface ReflectorOptions<T> {
  readonly client: KubeClient
  readonly resource: Resource
  /** All namespaces when not set. */
  readonly namespace?: string | undefined
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** Objects per request of a list; the client's own number when not set. Few requests are quicker, small ones take less memory. */
  readonly pageSize?: number
  /** Statuses of a list that mean that there are no objects: 404 for a kind that the cluster need not have. It may come yet. */
  readonly emptyOn?: readonly number[]
  /** What is kept of an object; drops `managedFields` when not set. */
  readonly transform?: (object: T) => T
  readonly log: Logger
  readonly clock?: Clock
  readonly timing?: Partial<ReflectorTiming>
}

/** What happened so far. */
export interface ReflectorCounters {
  lists: number
  watches: number
  events: number
  bookmarks: number
  /** Lines that were not an event. */
  badLines: number
  listenerErrors: number
}

export class Reflector<T extends KubeObject> {
  readonly counters: ReflectorCounters = { lists: 0, watches: 0, events: 0, bookmarks: 0, badLines: 0, listenerErrors: 0 }
  readonly #options: ReflectorOptions<T>
  readonly #timing: ReflectorTiming
  readonly #clock: Clock
  readonly #log: Logger
  readonly #store: ObjectStore<T>
  readonly #stopping = new AbortController()
  readonly #firstList = Promise.withResolvers<void>()
  /** Who waits for which version. */
  readonly #waiters = new Map<PromiseWithResolvers<void>, string>()
  /** Ends the watch under way, so that another one follows. */
  #watching = new AbortController()
  #running: Promise<void> | undefined
  #synced = false
  #lastContact = Number.NEGATIVE_INFINITY
  #needsList = true
  /** Attempts since the last progress. */
  #failures = 0
  /** Whether a version of ours was refused since the last progress. */
  #expired = false
  /** The failure that the log already knows. */
  #reported: string | undefined

  constructor(options: ReflectorOptions<T>) {
    this.#options = options
    this.#timing = { ...defaultTiming, ...options.timing }
    this.#clock = options.clock ?? systemClock
    this.#log = named(options.log, 'kube/reflector').child({ resource: options.resource.plural })
    this.#store = new ObjectStore<T>((err) => {
      this.counters.listenerErrors++
      this.#log.error({ event: 'listenerFailed', err }, 'a bug: a listener of this cache failed')
    })
  }

  get store(): Store<T> {
    return this.#store
  }

  /** Whether a first list is in the store. */
  get synced(): boolean {
    return this.#synced
  }

  /** Monotonic milliseconds (the clock's `now`) of the last sign of life from the API server. */
  get lastContact(): number {
    return this.#lastContact
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopped'))
    await this.#running
  }

  /** Resolves when the first list is in the store. Never rejects: as long as that fails it is tried again. */
  whenSynced(): Promise<void> {
    return this.#firstList.promise
  }

  /** Resolves when the store is as new as that version ('' for any), or when the signal aborts. */
  async catchUp(version: string, signal: AbortSignal): Promise<void> {
    if (version === '' || isNotOlder(this.#store.resourceVersion, version)) return
    const waiter = Promise.withResolvers<void>()
    const done = new AbortController()
    const ended = AbortSignal.any([signal, this.#stopping.signal, done.signal])
    void waiter.promise.then(() => done.abort())
    this.#waiters.set(waiter, version)
    while (!ended.aborted) {
      await this.#clock.sleep(behindMs, ended)
      if (!ended.aborted) this.#watching.abort(new Error('the watch is behind'))
    }
    this.#waiters.delete(waiter)
  }

  #advance(version: string): void {
    this.#store.resourceVersion = version
    for (const [waiter, wanted] of this.#waiters) if (isNotOlder(version, wanted)) waiter.resolve()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    const pauses = { first: this.#timing.firstPause, longest: this.#timing.longestPause }
    while (!signal.aborted) {
      let askedPause = 0
      // Every round counts as a failure until something has brought us forward: a watch that ends at once must not make us spin.
      this.#failures++
      try {
        if (this.#needsList) await this.#list()
        await this.#watch()
      } catch (error) {
        if (signal.aborted) return
        askedPause = this.#judge(error)
      }
      await this.#clock.sleep(Math.max(askedPause, backoff(this.#failures - 1, pauses, this.#clock.random())), signal)
    }
  }

  async #list(): Promise<void> {
    const { client, resource, namespace, labelSelector, fieldSelector, pageSize } = this.#options
    this.counters.lists++
    const list = await client.list<T>(resource, {
      namespace,
      labelSelector,
      fieldSelector,
      ...(pageSize === undefined ? {} : { pageSize }),
      signal: this.#stopping.signal,
    })
    this.#contact()
    this.#store.replace(
      list.items.map((object) => this.#kept(object)),
      list.resourceVersion,
    )
    this.#needsList = false
    this.#advance(list.resourceVersion)
    this.#recovered()
    this.#sync()
  }

  #sync(): void {
    if (this.#synced) return
    this.#synced = true
    this.#firstList.resolve()
  }

  /** One watch from its begin to its end. */
  async #watch(): Promise<void> {
    const { client, resource, namespace, labelSelector, fieldSelector } = this.#options
    this.counters.watches++
    this.#watching = new AbortController()
    const lines = await client.watch(resource, {
      namespace,
      labelSelector,
      fieldSelector,
      resourceVersion: this.#store.resourceVersion,
      // Five to ten minutes: many replicas that started together do not come back together.
      timeoutSeconds: 300 + Math.floor(this.#clock.random() * 300),
      idleMs: this.#timing.idle,
      signal: AbortSignal.any([this.#stopping.signal, this.#watching.signal]),
    })
    const openedAt = this.#clock.now()
    this.#contact()
    try {
      for await (const line of lines) this.#take(line)
    } finally {
      if (this.#clock.now() - openedAt >= this.#timing.goodWatch) this.#progress()
    }
  }

  #take(line: string): void {
    this.#contact()
    const read = readEvent<T>(line)
    if (!read.ok) {
      this.counters.badLines++
      throw new BrokenWatch(read.error, 0)
    }
    const event = read.value
    switch (event.type) {
      case 'ERROR':
        throw new BrokenWatch(`the server ended the watch: ${event.code} ${event.reason}: ${event.message}`, event.code)
      case 'BOOKMARK':
        this.counters.bookmarks++
        break
      case 'ADDED':
      case 'MODIFIED':
        this.counters.events++
        this.#store.put(this.#kept(event.object))
        break
      case 'DELETED':
        this.counters.events++
        this.#store.drop(this.#kept(event.object))
        break
    }
    // Only a version that moved is progress: a server that repeats itself must not make us spin.
    if (event.resourceVersion !== this.#store.resourceVersion) this.#progress()
    this.#advance(event.resourceVersion)
  }

  #progress(): void {
    this.#failures = 0
    this.#expired = false
    this.#recovered()
  }

  /** Decides how to go on after a failure. @returns the pause that the server asked for, in milliseconds */
  #judge(error: unknown): number {
    if (!(error instanceof ApiError) && !(error instanceof BrokenWatch)) {
      this.#log.error({ event: 'reflectorFailed', err: error }, 'a bug: this cache failed and goes on')
      return 0
    }
    if (this.#needsList && error instanceof ApiError && this.#options.emptyOn?.includes(error.status) === true) {
      this.#contact()
      this.#sync()
      this.#log.debug({ event: 'kindMissing', reason: wordsOf(error) }, 'the API server does not know this kind')
      return missingKindMs
    }
    if (error.status === 410) {
      this.#needsList = true
      // A server that came back says this to everybody: it is well, and the outage's pauses are over. Only one that says it again after a list has to wait.
      if (!this.#expired) this.#failures = 0
      this.#expired = true
      this.#log.info(
        { event: 'versionExpired', resourceVersion: this.#store.resourceVersion },
        'the API server has forgotten our version: everything is listed anew',
      )
      return 0
    }
    // An event that nobody can read, or a version that the server refuses, does not get better by asking again. Other refusals do: a server that starts says
    // 401, 403, 404, 429 and 503 for a while, and none of these is a reason to list everything.
    const versionIsBad = error instanceof BrokenWatch || error.status === 400 || error.message.includes('Too large resource version')
    if (versionIsBad && this.#failures >= patience) this.#needsList = true
    this.#report(error)
    return error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0
  }

  /** An outage is one fact: a line when it begins, another when its kind changes, and one when it ends. */
  #report(error: ApiError | BrokenWatch): void {
    const kind = `${error.status} ${error.name}`
    // A connection that ends once is daily life; it is news when the next attempt fails too.
    const isNews = this.#failures > 1 && this.#reported !== kind
    if (isNews) this.#reported = kind
    this.#log[isNews ? 'warn' : 'debug'](
      { event: 'watchInterrupted', reason: wordsOf(error), resourceVersion: this.#store.resourceVersion },
      'a watch ended; it is opened again',
    )
  }

  #recovered(): void {
    if (this.#reported === undefined) return
    this.#reported = undefined
    this.#log.info({ event: 'watchResumed', resourceVersion: this.#store.resourceVersion }, 'the watch goes on')
  }

  #contact(): void {
    this.#lastContact = this.#clock.now()
  }

  #kept(object: T): T {
    return (this.#options.transform ?? withoutManagedFields)(object)
  }
}

/** The server accepted the watch and then sent no event: an error (with its HTTP status) or something unreadable (0). */
class BrokenWatch extends Error {
  override readonly name = 'BrokenWatch'
  readonly status: number

  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

/** Who wrote which field: up to half of an object, and nobody here reads it. */
function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as KubeObject['metadata'] & { readonly managedFields?: unknown }
  return { ...object, metadata }
}
