// What Services leave, as the controller has it: seen by every replica, written down by the one that leads.
import type { Address } from '../../core/address.ts'
import type { Pool } from '../../core/config/pool.ts'
import type { ConfigMap, Service } from '../../core/objects.ts'
import type { Releases } from '../../core/releases.ts'
import type { ServiceView } from '../../core/service.ts'
import type { KubeClient } from '../../kube/client.ts'
import type { Clock } from '../../kube/clock.ts'
import type { Logger } from '../../kube/logger.ts'
import { ReleaseWatch } from '../../kube/release-watch.ts'
import type { Store } from '../../kube/store.ts'
import { ReleaseWriter } from './release-writer.ts'

export interface ReleaseKeeperOptions {
  readonly client: Pick<KubeClient, 'create' | 'patch'>
  readonly cluster: { readonly services: Store<Service>; readonly releases: Store<ConfigMap> }
  readonly namespace: string
  readonly view: (service: Service) => ServiceView
  readonly isLeader: () => boolean
  readonly log: Logger
  readonly clock: Clock
  /** Of these addresses the answers may be others now. */
  readonly onChange: (addresses: readonly Address[]) => void
}

export class ReleaseKeeper {
  readonly #options: ReleaseKeeperOptions
  readonly #watch: ReleaseWatch
  #pools: readonly Pool[] = []
  #writer: ReleaseWriter | undefined

  constructor(options: ReleaseKeeperOptions) {
    this.#options = options
    const { cluster, view, clock, onChange } = options
    this.#watch = new ReleaseWatch({
      services: cluster.services,
      records: cluster.releases,
      view,
      pools: () => this.#pools,
      clock,
      onChange: (addresses) => {
        onChange(addresses)
        this.#writer?.show()
      },
    })
  }

  /** Before others hear of the same changes. */
  start(): void {
    this.#watch.start()
  }

  /** All caches are warm: what was before is taken in. A follower goes on with that, the leader sees whether it is what it wrote. */
  read(): void {
    this.#watch.merge()
    this.#options.cluster.releases.subscribe(() => {
      if (this.#writer === undefined) this.#watch.merge()
      else this.#writer.show()
    })
  }

  /** The pools are these now. */
  configure(pools: readonly Pool[]): void {
    this.#pools = pools
    this.#watch.outdate()
    this.#watch.current()
    this.#writer?.show()
  }

  /** As of now. */
  current(): Releases {
    return this.#watch.current()
  }

  lead(): void {
    const { client, cluster, namespace, isLeader, log, clock } = this.#options
    const releases = (): Releases => this.current()
    this.#writer = new ReleaseWriter({ client, namespace, records: cluster.releases, releases, isLeader, log, clock })
    this.#writer.show()
  }

  /** Resolves when the last write under way has ended. */
  async follow(): Promise<void> {
    const writer = this.#writer
    this.#writer = undefined
    await writer?.stop()
  }

  stop(): void {
    this.#watch.stop()
  }
}
