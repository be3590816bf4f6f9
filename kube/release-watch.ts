// What Services leave behind, as every replica sees it: its own watch says who left which address when, and a ConfigMap of the leader's what was before.
import type { Address } from '../core/address.ts'
import type { Pool } from '../core/config/pool.ts'
import type { NamespacedName } from '../core/namespaced-name.ts'
import type { ConfigMap, Service } from '../core/objects.ts'
import { parseReleases } from '../core/release-record.ts'
import { Releases } from '../core/releases.ts'
import type { ServiceView } from '../core/service.ts'
import { instant } from '../core/time.ts'
import type { Clock } from './clock.ts'
import type { Change, Store } from './store.ts'

export interface ReleaseWatchOptions {
  readonly services: Store<Service>
  /** The one ConfigMap, or nothing. */
  readonly records: Store<ConfigMap>
  readonly view: (service: Service) => ServiceView
  readonly pools: () => readonly Pool[]
  readonly clock: Clock
  /** Of these addresses the answers may be others now. */
  readonly onChange: (addresses: readonly Address[]) => void
}

/** A clock that is set right is followed so late at most. Nobody wakes while no address is held. */
const longestNapMs = 3_600_000

export class ReleaseWatch {
  readonly #options: ReleaseWatchOptions
  readonly #releases = new Releases()
  /** The pools changed since they were read. */
  #isOutdated = true
  #nap: { readonly until: number; readonly cancel: AbortController } | undefined

  constructor(options: ReleaseWatchOptions) {
    this.#options = options
  }

  /** Before others hear of the same changes. */
  start(): void {
    this.#options.services.subscribe((change) => this.#serviceChanged(change))
  }

  stop(): void {
    this.#nap?.cancel.abort()
  }

  /** The pools changed: they are read when it matters. */
  outdate(): void {
    this.#isOutdated = true
  }

  /** As of now. */
  current(): Releases {
    if (this.#isOutdated) {
      this.#isOutdated = false
      this.#releases.configure(this.#options.pools())
    }
    this.#tell(this.#releases.advance(this.#now))
    return this.#releases
  }

  /** Takes in what the ConfigMap says. All caches are warm. */
  merge(): void {
    const releases = this.current()
    if (releases.isIdle) return
    const recorded = this.#options.records.list().flatMap(({ data }) => parseReleases(data))
    this.#tell(releases.merge(recorded, (key) => this.#hasSettled(key), this.#now))
  }

  get #now(): ReturnType<typeof instant> {
    return instant(this.#options.clock.wall())
  }

  #serviceChanged(change: Change<Service>): void {
    const { view } = this.#options
    const releases = this.current()
    if (releases.isIdle) return
    const before = change.type === 'added' ? undefined : view(change.type === 'modified' ? change.previous : change.object)
    const now = change.type === 'deleted' ? undefined : view(change.object)
    this.#tell(releases.observe(before, now, this.#now))
  }

  #hasSettled(key: NamespacedName): boolean {
    const object = this.#options.services.get(key)
    if (object === undefined) return false
    const { isLoadBalancer, held } = this.#options.view(object)
    return isLoadBalancer && held.length > 0
  }

  #tell(addresses: readonly Address[]): void {
    if (addresses.length > 0) this.#options.onChange(addresses)
    this.#sleep()
  }

  /** Until the first address is held no more. */
  #sleep(): void {
    const { clock } = this.#options
    const until = this.#releases.nextEnd
    if (until === this.#nap?.until) return
    this.#nap?.cancel.abort()
    this.#nap = undefined
    if (until === undefined) return
    const nap = { until, cancel: new AbortController() }
    this.#nap = nap
    void clock.sleep(Math.min(Math.ceil(until - clock.wall()), longestNapMs), nap.cancel.signal).then(() => {
      if (nap.cancel.signal.aborted) return
      this.#nap = undefined
      this.current()
    })
  }
}
