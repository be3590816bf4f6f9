// What the controller reads of the cluster, kept by reflectors on every replica, leader or not.
import type { ConfigMap, Namespace, Node, Service } from '../../core/objects.ts'
import { releasesName } from '../../core/release-record.ts'
import type { KubeClient } from '../../kube/client.ts'
import { keepMetadata } from '../../kube/kept-metadata.ts'
import type { Logger } from '../../kube/logger.ts'
import { Reflector } from '../../kube/reflector.ts'
import { resources } from '../../kube/resources.ts'
import type { Store } from '../../kube/store.ts'
import type { AllocationPolicy, IPAddressPool } from '../../schemas/generated/types.ts'

export interface ClusterCacheOptions {
  readonly client: KubeClient
  /** Where pools and policies live. */
  readonly namespace: string
  readonly log: Logger
}

/** They are small and many, and nobody gets an address before all of them are here. */
const servicesPerPage = 2000
/** Two replicas may ask that often: after an outage Services wait for this. */
const timing = { longestPause: 2000 }

export class ClusterCache {
  readonly #services: Reflector<Service>
  readonly #namespaces: Reflector<Namespace>
  readonly #nodes: Reflector<Node>
  readonly #pools: Reflector<IPAddressPool>
  readonly #policies: Reflector<AllocationPolicy>
  readonly #releases: Reflector<ConfigMap>

  constructor({ client, namespace, log }: ClusterCacheOptions) {
    this.#services = new Reflector<Service>({
      client,
      log,
      timing,
      resource: resources.services,
      transform: keepService,
      pageSize: servicesPerPage,
    })
    this.#namespaces = new Reflector<Namespace>({ client, log, timing, resource: resources.namespaces, transform: keepNamespace })
    this.#nodes = new Reflector<Node>({ client, log, timing, resource: resources.nodes, transform: keepNode })
    this.#pools = new Reflector<IPAddressPool>({ client, log, timing, resource: resources.ipAddressPools, namespace })
    // MetalLB's CRDs do not have them, and Helm does not replace CRDs.
    this.#policies = new Reflector<AllocationPolicy>({
      client,
      log,
      timing,
      resource: resources.allocationPolicies,
      namespace,
      emptyOn: [404],
    })
    // It exists where a pool has a use for it. Without permission, everything but a restart of all replicas is as well without.
    this.#releases = new Reflector<ConfigMap>({
      client,
      log,
      timing,
      resource: resources.configMaps,
      namespace,
      fieldSelector: `metadata.name=${releasesName}`,
      emptyOn: [403],
    })
  }

  /** The ConfigMap of released addresses. */
  get releases(): Store<ConfigMap> {
    return this.#releases.store
  }

  get services(): Store<Service> {
    return this.#services.store
  }

  get namespaces(): Store<Namespace> {
    return this.#namespaces.store
  }

  get nodes(): Store<Node> {
    return this.#nodes.store
  }

  get pools(): Store<IPAddressPool> {
    return this.#pools.store
  }

  get policies(): Store<AllocationPolicy> {
    return this.#policies.store
  }

  start(): void {
    for (const reflector of this.#all()) reflector.start()
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all().map((reflector) => reflector.stop()))
  }

  /** Resolves when the Services are as new as that version, or when the signal aborts. */
  async catchUp(version: string, signal: AbortSignal): Promise<void> {
    await this.#services.catchUp(version, signal)
  }

  async whenSynced(): Promise<void> {
    await Promise.all(this.#all().map((reflector) => reflector.whenSynced()))
  }

  /** The kinds whose first list is still missing. */
  get missing(): readonly string[] {
    const synced = {
      services: this.#services.synced,
      namespaces: this.#namespaces.synced,
      nodes: this.#nodes.synced,
      ipaddresspools: this.#pools.synced,
      allocationpolicies: this.#policies.synced,
      configmaps: this.#releases.synced,
    }
    return Object.entries(synced).flatMap(([kind, isSynced]) => (isSynced ? [] : kind))
  }

  #all(): readonly Pick<Reflector<Service>, 'start' | 'stop' | 'whenSynced'>[] {
    return [this.#services, this.#namespaces, this.#nodes, this.#pools, this.#policies, this.#releases]
  }
}

function keepService(service: Service): Service {
  return { ...service, metadata: keepMetadata(service.metadata) }
}

function keepNamespace({ apiVersion, kind, metadata }: Namespace): Namespace {
  return { ...identity({ apiVersion, kind }), metadata: keepMetadata(metadata) }
}

function keepNode({ apiVersion, kind, metadata, status }: Node): Node {
  return { ...identity({ apiVersion, kind }), metadata: keepMetadata(metadata), status: { addresses: status?.addresses ?? [] } }
}

function identity(object: { readonly apiVersion: string | undefined; readonly kind: string | undefined }): {
  readonly apiVersion?: string
  readonly kind?: string
} {
  const { apiVersion, kind } = object
  return { ...(apiVersion === undefined ? {} : { apiVersion }), ...(kind === undefined ? {} : { kind }) }
}
