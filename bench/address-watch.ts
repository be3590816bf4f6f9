// When a watch that was open before first showed an address of a Service.
import type { Service } from '../core/objects.ts'
import { type KubeClient, resources } from '../kube/client.ts'
import { createLogger } from '../kube/logger.ts'
import { Reflector } from '../kube/reflector.ts'
import { monotonicMs } from './clock.ts'

/** Of the machine's monotonic clock. */
interface Sighting {
  readonly text: string
  readonly atMs: number
}

interface Waiting {
  readonly isOver: () => boolean
  readonly end: () => void
}

/** Longer than anything takes that is measured, also beside other work: pods may have to start first. */
const limitMs = 60_000

export class AddressWatch {
  readonly #services: Reflector<Service>
  readonly #signal: AbortSignal
  readonly #seen = new Map<string, Sighting>()
  readonly #waiting = new Set<Waiting>()

  /** @param signal ends all waiting */
  constructor(client: KubeClient, namespace: string, signal: AbortSignal) {
    this.#signal = signal
    const log = createLogger({ component: 'bench', level: 'none' })
    this.#services = new Reflector<Service>({ client, resource: resources.services, namespace, log })
    this.#services.store.subscribe(({ type, object }) => {
      const text = object.status?.loadBalancer?.ingress?.[0]?.ip
      const { name = '' } = object.metadata
      if (type === 'deleted') this.#seen.delete(name)
      else if (text !== undefined && !this.#seen.has(name)) this.#seen.set(name, { text, atMs: monotonicMs() })
      for (const waiting of this.#waiting) if (waiting.isOver()) waiting.end()
    })
  }

  async start(): Promise<void> {
    this.#services.start()
    await this.#services.whenSynced()
  }

  async stop(): Promise<void> {
    await this.#services.stop()
  }

  /** The Services as the watch last showed them. */
  services(): readonly Service[] {
    return this.#services.store.list()
  }

  /** The Service's first address, and when it was seen in its status. */
  async address(name: string): Promise<Sighting> {
    await this.#until(`Service "${name}" to have an address`, () => this.#seen.has(name), limitMs)
    return this.#seen.get(name) ?? { text: '', atMs: Number.NaN }
  }

  /** The last moment at which one of these got its first address, when all of them have one. */
  async addresses(names: readonly string[], waitMs: number): Promise<number> {
    // Not each of them anew at each event.
    let had = 0
    const haveAll = (): boolean => {
      while (had < names.length && this.#seen.has(names[had] ?? '')) had++
      return had === names.length
    }
    await this.#until(`${names.length} Services to have addresses`, haveAll, waitMs)
    return Math.max(...names.map((name) => this.#seen.get(name)?.atMs ?? Number.NaN))
  }

  async #until(what: string, isOver: () => boolean, waitMs: number): Promise<void> {
    this.#signal.throwIfAborted()
    if (isOver()) return
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => end(() => reject(this.#signal.reason))
      const end = (finish: () => void): void => {
        clearTimeout(limit)
        this.#signal.removeEventListener('abort', onAbort)
        this.#waiting.delete(waiting)
        finish()
      }
      const waiting: Waiting = { isOver, end: () => end(resolve) }
      const limit = setTimeout(() => end(() => reject(new Error(`waited ${waitMs / 1000} s for ${what}`))), waitMs)
      this.#waiting.add(waiting)
      this.#signal.addEventListener('abort', onAbort)
    })
  }
}
