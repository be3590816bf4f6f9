// The World of a review, kept by reflectors; for our own kinds proven to be as new as the API server's own state.
import { type CompiledPools, compilePools } from '../../core/config/pools.ts'
import { bareNamespace, viewNamespace } from '../../core/namespace.ts'
import type { Namespace } from '../../core/objects.ts'
import type { LoadBalancerClasses } from '../../core/service.ts'
import type { KubeClient } from '../../kube/client.ts'
import { type Clock, systemClock } from '../../kube/clock.ts'
import { type Logger, named } from '../../kube/logger.ts'
import { Reflector } from '../../kube/reflector.ts'
import { resources } from '../../kube/resources.ts'
import type { IPAddressPool } from '../../schemas/generated/types.ts'
import { isAsNewAs } from '../freshness.ts'
import { makeWorld, type World } from '../world.ts'

/** Together they stay below the 3 s that the API server waits for us. */
const listDeadlineMs = 1000
const catchUpMs = 700
const pollMs = 5

export interface ClusterViewOptions {
  readonly client: KubeClient
  readonly namespace: string
  readonly classes: LoadBalancerClasses
  readonly log: Logger
  readonly clock?: Clock
}

export class ClusterView {
  readonly #options: ClusterViewOptions
  readonly #clock: Clock
  readonly #pools: Reflector<IPAddressPool>
  readonly #namespaces: Reflector<Namespace>
  /** Compiled once per change of the pools, not once per request. */
  #compiled: CompiledPools | undefined

  constructor(options: ClusterViewOptions) {
    const { client, namespace } = options
    const log = named(options.log, 'kube/reflector')
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#pools = new Reflector<IPAddressPool>({ client, resource: resources.ipAddressPools, namespace, log })
    this.#namespaces = new Reflector<Namespace>({ client, resource: resources.namespaces, transform: onlyMetadata, log })
  }

  start(): void {
    this.#pools.store.subscribe(() => {
      this.#compiled = undefined
    })
    this.#pools.start()
    this.#namespaces.start()
  }

  async stop(): Promise<void> {
    await Promise.all([this.#pools.stop(), this.#namespaces.stop()])
  }

  async whenSynced(): Promise<void> {
    await Promise.all([this.#pools.whenSynced(), this.#namespaces.whenSynced()])
  }

  /** Our own namespace is being deleted. */
  get isEnding(): boolean {
    return this.#namespaces.store.get(this.#options.namespace)?.metadata.deletionTimestamp !== undefined
  }

  onEnding(listener: () => void): void {
    this.#namespaces.store.subscribe(({ object: { metadata } }) => {
      if (metadata.name === this.#options.namespace && metadata.deletionTimestamp !== undefined) listener()
    })
  }

  /** What the caches hold, at once and without a call. */
  cached(): World {
    const objects = this.#pools.store.list()
    this.#compiled ??= compilePools(objects)
    return this.#worldOf(objects, this.#compiled)
  }

  /**
   * A world at least as new as this call: two pools in one `kubectl apply -f` see each other, whichever replica is asked.
   * Rejects with ApiError when the API server does not answer.
   */
  async confirmed(): Promise<World> {
    const { client, namespace } = this.#options
    const options = { namespace, deadlineMs: listDeadlineMs, pageSize: 10_000 }
    const { items, resourceVersion } = await client.list<IPAddressPool>(resources.ipAddressPools, { ...options, metadataOnly: true })
    const listed = { objects: items, resourceVersion }
    const giveUpAt = this.#clock.now() + catchUpMs
    const { store } = this.#pools
    while (!isAsNewAs({ objects: store.list(), resourceVersion: store.resourceVersion }, listed)) {
      if (this.#clock.now() >= giveUpAt) {
        this.#options.log.warn({ event: 'cacheBehind', kind: 'IPAddressPool', have: store.resourceVersion, want: resourceVersion })
        const live = await client.list<IPAddressPool>(resources.ipAddressPools, options)
        return this.#worldOf(live.items, compilePools(live.items))
      }
      await this.#clock.sleep(pollMs)
    }
    return this.cached()
  }

  #worldOf(poolObjects: readonly IPAddressPool[], pools: CompiledPools): World {
    const { namespace, classes } = this.#options
    const namespaceOf: World['namespaceOf'] = (name) => {
      const known = this.#namespaces.store.get(name)
      return known === undefined ? bareNamespace(name) : viewNamespace(known)
    }
    return makeWorld(poolObjects, { namespace, classes, namespaceOf, pools })
  }
}

/** Names, labels, annotations and the beginning of the end: thousands of namespaces may be there. */
function onlyMetadata({ metadata }: Namespace): Namespace {
  const { managedFields: _, ownerReferences: __, ...kept } = metadata as Namespace['metadata'] & { readonly managedFields?: unknown }
  return { metadata: kept }
}
