// Keeps the ConfigMap of released addresses, so that they are known after a restart of all replicas. Written only where a pool has a use for it.
import type { ConfigMap } from '../../core/objects.ts'
import { formatReleases, releasesName } from '../../core/release-record.ts'
import type { Releases } from '../../core/releases.ts'
import { asTexts, sameJson } from '../../core/shape.ts'
import { ApiError, type KubeClient, resources } from '../../kube/client.ts'
import type { Clock } from '../../kube/clock.ts'
import type { Logger } from '../../kube/logger.ts'
import { WorkQueue } from '../../kube/queue.ts'
import type { Store } from '../../kube/store.ts'
import { OwnWrites } from './own-writes.ts'

export interface ReleaseWriterOptions {
  readonly client: Pick<KubeClient, 'create' | 'patch'>
  /** MetalLB's own. */
  readonly namespace: string
  readonly records: Store<ConfigMap>
  /** As of now. */
  readonly releases: () => Releases
  /** Asked right before each write. */
  readonly isLeader: () => boolean
  readonly log: Logger
  readonly clock: Clock
}

const intervalMs = 1000
/** Whoever writes more waits longer, so that etcd gets no more than this in a second. */
const charactersPerInterval = 65_536

export class ReleaseWriter {
  readonly #options: ReleaseWriterOptions
  readonly #queue: WorkQueue
  readonly #own = new OwnWrites<ConfigMap>()
  #nextAt = Number.NEGATIVE_INFINITY
  #isStopped = false

  constructor(options: ReleaseWriterOptions) {
    this.#options = options
    const { log, clock } = options
    this.#queue = new WorkQueue({ process: () => this.#write(), concurrency: 1, log, clock, baseDelayMs: intervalMs })
  }

  /** Something was released, or taken, or somebody has edited the ConfigMap. */
  show(): void {
    const { records, releases } = this.#options
    if (this.#isStopped || (records.size === 0 && releases().isIdle)) return
    this.#queue.addAfter(releasesName, Math.max(0, this.#nextAt - this.#options.clock.now()))
  }

  /** Resolves when the last write under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#queue.stop()
  }

  async #write(): Promise<void> {
    const { client, clock, isLeader, namespace, records, releases } = this.#options
    const [cached] = records.list()
    const object = this.#own.latest(releasesName, cached)
    const shown = asTexts(object?.data)
    const data = formatReleases(releases().list())
    if (sameJson(shown, data) || !isLeader()) return
    this.#nextAt = clock.now() + intervalMs * Math.ceil(JSON.stringify(data).length / charactersPerInterval)
    const foreign = Object.keys(shown).filter((key) => !Object.hasOwn(data, key))
    try {
      if (object === undefined) {
        await client.create(resources.configMaps, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: releasesName, namespace },
          data,
        })
        return
      }
      const { resourceVersion } = object.metadata
      const body = { metadata: { resourceVersion }, data: { ...Object.fromEntries(foreign.map((key) => [key, null])), ...data } }
      this.#own.record(
        releasesName,
        object,
        await client.patch<ConfigMap>(resources.configMaps, releasesName, { namespace, patch: 'merge', body }),
      )
    } catch (error) {
      // Made, deleted or changed since: its event is on the way, and brings us here again.
      if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 409)) throw error
    }
  }
}
