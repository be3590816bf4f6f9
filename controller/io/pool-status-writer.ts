// Keeps the status of every IPAddressPool. At most one write per second and pool, however many Services come and go.
import type { Ipam } from '../../core/ipam.ts'
import { ApiError, type KubeClient, resources } from '../../kube/client.ts'
import type { Clock } from '../../kube/clock.ts'
import type { Logger } from '../../kube/logger.ts'
import { WorkQueue } from '../../kube/queue.ts'
import type { Store } from '../../kube/store.ts'
import type { IPAddressPool } from '../../schemas/generated/types.ts'
import { poolStatusOf, showsStatus } from '../pool-status.ts'
import { OwnWrites } from './own-writes.ts'

export interface PoolStatusWriterOptions {
  readonly client: Pick<KubeClient, 'patch'>
  /** MetalLB's own. */
  readonly namespace: string
  readonly pools: Store<IPAddressPool>
  /** Asked right before each write. */
  readonly isLeader: () => boolean
  readonly ipam: Ipam
  readonly log: Logger
  readonly clock: Clock
}

const intervalMs = 1000
const concurrency = 4

export class PoolStatusWriter {
  readonly #options: PoolStatusWriterOptions
  readonly #queue: WorkQueue
  readonly #own = new OwnWrites<IPAddressPool>()
  /** The books while this replica leads. */
  #ipam: Ipam | undefined
  /** Pools whose object changed. */
  readonly #edited = new Set<string>()
  #shownAt = Number.NEGATIVE_INFINITY
  /** A look is coming. */
  #isDue = false

  constructor(options: PoolStatusWriterOptions) {
    this.#options = options
    const { ipam, log, clock } = options
    this.#ipam = ipam
    this.#queue = new WorkQueue({ process: (pool) => this.#write(pool), concurrency, log, clock, baseDelayMs: intervalMs })
  }

  /** Somebody may have edited its status. */
  showAgain(pool: string): void {
    this.#edited.add(pool)
    this.show()
  }

  /** The books may have changed. */
  show(): void {
    if (this.#isDue) return
    this.#isDue = true
    const { clock } = this.#options
    const waitMs = this.#shownAt + intervalMs - clock.now()
    // Not at once: one turn may bring many changes.
    if (waitMs <= 0) queueMicrotask(() => this.#look())
    else void clock.sleep(waitMs).then(() => this.#look())
  }

  /** This replica leads no more. Resolves when the last write under way has ended. */
  async stop(): Promise<void> {
    this.#ipam = undefined
    await this.#queue.stop()
  }

  #look(): void {
    this.#isDue = false
    const ipam = this.#ipam
    if (ipam === undefined) return
    this.#shownAt = this.#options.clock.now()
    for (const pool of new Set([...ipam.takeTouched(), ...this.#edited])) if (this.#task(pool) !== undefined) this.#queue.add(pool)
    this.#edited.clear()
  }

  /** What is to be written; undefined when the pool shows it, or does not exist. */
  #task(pool: string): { readonly object: IPAddressPool; readonly status: ReturnType<typeof poolStatusOf> } | undefined {
    const { namespace, pools } = this.#options
    const key = `${namespace}/${pool}`
    const object = this.#own.latest(key, pools.get(key))
    const usage = this.#ipam?.usage(pool)
    if (object === undefined || usage === undefined) return undefined
    const status = poolStatusOf(usage)
    return showsStatus(object, status) ? undefined : { object, status }
  }

  async #write(pool: string): Promise<void> {
    const { client, isLeader, namespace } = this.#options
    const task = this.#task(pool)
    if (task === undefined || !isLeader()) return
    try {
      const written = await client.patch<IPAddressPool>(resources.ipAddressPools, pool, {
        namespace,
        subresource: 'status',
        patch: 'merge',
        body: { metadata: { resourceVersion: task.object.metadata.resourceVersion }, status: task.status },
      })
      this.#own.record(`${namespace}/${pool}`, task.object, written)
    } catch (error) {
      // Deleted, or changed since: its event is on the way, and brings us here again.
      if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 409)) throw error
    }
  }
}
