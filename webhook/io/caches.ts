// What the webhook reads of the cluster, kept by reflectors on every replica, cut down to what its rules look at.
import type { OwnKind } from '../../admission/evidence.ts'
import { annotationPrefix, deprecatedPrefix } from '../../core/annotations.ts'
import type { ConfigMap, Namespace, Node, Service, ServiceCIDR } from '../../core/objects.ts'
import { releasesName } from '../../core/release-record.ts'
import { asTexts } from '../../core/shape.ts'
import type { KubeClient } from '../../kube/client.ts'
import { keepMetadata } from '../../kube/kept-metadata.ts'
import { type Logger, named } from '../../kube/logger.ts'
import { Reflector } from '../../kube/reflector.ts'
import { type Resource, resources } from '../../kube/resources.ts'
import type {
  AllocationPolicy,
  BFDProfile,
  BGPAdvertisement,
  BGPPeerV1beta2,
  Community,
  IPAddressPool,
  L2Advertisement,
} from '../../schemas/generated/types.ts'

/** Where the kinds of metallb.io are. */
export const ownResources: Readonly<Record<OwnKind, Resource>> = {
  pools: resources.ipAddressPools,
  l2Advertisements: resources.l2Advertisements,
  bgpAdvertisements: resources.bgpAdvertisements,
  peers: resources.bgpPeers,
  bfdProfiles: resources.bfdProfiles,
  communities: resources.communities,
  policies: resources.allocationPolicies,
}

/** The API server filters: other types are most Services of a cluster. One that changes its type comes as a deletion. */
export const loadBalancersOnly = 'spec.type=LoadBalancer'

export class Caches {
  readonly pools: Reflector<IPAddressPool>
  readonly namespaces: Reflector<Namespace>
  readonly nodes: Reflector<Node>
  readonly services: Reflector<Service>
  readonly l2Advertisements: Reflector<L2Advertisement>
  readonly bgpAdvertisements: Reflector<BGPAdvertisement>
  readonly peers: Reflector<BGPPeerV1beta2>
  readonly bfdProfiles: Reflector<BFDProfile>
  readonly communities: Reflector<Community>
  /** Empty where the CRDs are still MetalLB's. */
  readonly policies: Reflector<AllocationPolicy>
  /** Empty where Kubernetes does not have the kind: it came with 1.33. */
  readonly serviceCidrs: Reflector<ServiceCIDR>
  /** The ConfigMap of released addresses: empty where no pool has a use for it, or there is no permission. */
  readonly releases: Reflector<ConfigMap>

  constructor({ client, namespace, log: parent }: { readonly client: KubeClient; readonly namespace: string; readonly log: Logger }) {
    const log = named(parent, 'kube/reflector')
    this.pools = new Reflector<IPAddressPool>({ client, log, resource: ownResources.pools, namespace })
    this.namespaces = new Reflector<Namespace>({ client, log, resource: resources.namespaces, transform: keepNamespace })
    this.nodes = new Reflector<Node>({ client, log, resource: resources.nodes, transform: keepNode })
    this.services = new Reflector<Service>({
      client,
      log,
      resource: resources.services,
      fieldSelector: loadBalancersOnly,
      transform: keepService,
    })
    this.l2Advertisements = new Reflector<L2Advertisement>({ client, log, resource: ownResources.l2Advertisements, namespace })
    this.bgpAdvertisements = new Reflector<BGPAdvertisement>({ client, log, resource: ownResources.bgpAdvertisements, namespace })
    this.peers = new Reflector<BGPPeerV1beta2>({ client, log, resource: ownResources.peers, namespace })
    this.bfdProfiles = new Reflector<BFDProfile>({ client, log, resource: ownResources.bfdProfiles, namespace })
    this.communities = new Reflector<Community>({ client, log, resource: ownResources.communities, namespace })
    this.policies = new Reflector<AllocationPolicy>({ client, log, resource: ownResources.policies, namespace, emptyOn: [404] })
    this.serviceCidrs = new Reflector<ServiceCIDR>({ client, log, resource: resources.serviceCidrs, emptyOn: [403, 404] })
    const fieldSelector = `metadata.name=${releasesName}`
    this.releases = new Reflector<ConfigMap>({ client, log, resource: resources.configMaps, namespace, fieldSelector, emptyOn: [403] })
  }

  start(): void {
    for (const reflector of Object.values(this.#all())) reflector.start()
    for (const reflector of this.#others()) reflector.start()
  }

  async stop(): Promise<void> {
    await Promise.all([...Object.values(this.#all()), ...this.#others()].map((reflector) => reflector.stop()))
  }

  async whenSynced(): Promise<void> {
    await Promise.all([...Object.values(this.#all()), ...this.#others()].map((reflector) => reflector.whenSynced()))
  }

  /** Per kind, in monotonic milliseconds, when the API server last gave a sign of life on its watch. */
  lastContacts(): Readonly<Record<string, number>> {
    return Object.fromEntries(Object.entries(this.#all()).map(([kind, { lastContact }]) => [kind, lastContact]))
  }

  /** Not everywhere. */
  #others(): readonly Pick<Reflector<Service>, 'start' | 'stop' | 'whenSynced'>[] {
    return [this.serviceCidrs, this.releases]
  }

  #all(): Readonly<Record<string, Pick<Reflector<Service>, 'start' | 'stop' | 'whenSynced' | 'lastContact'>>> {
    const { pools, namespaces, nodes, services, l2Advertisements, bgpAdvertisements, peers, bfdProfiles, communities, policies } = this
    return { pools, namespaces, nodes, services, l2Advertisements, bgpAdvertisements, peers, bfdProfiles, communities, policies }
  }
}

function keepNamespace({ metadata }: Namespace): Namespace {
  return { metadata: keepMetadata(metadata) }
}

function keepNode({ metadata, spec, status }: Node): Node {
  const { annotations: _, ...kept } = keepMetadata(metadata)
  return { metadata: kept, spec: { podCIDRs: spec?.podCIDRs ?? [] }, status: { addresses: status?.addresses ?? [] } }
}

/** What core/service.ts looks at: thousands of them are held. */
function keepService({ metadata, spec = {}, status }: Service): Service {
  const { annotations, ...kept } = keepMetadata(metadata)
  const ours = Object.entries(asTexts(annotations)).filter(([key]) => key.startsWith(annotationPrefix) || key.startsWith(deprecatedPrefix))
  const ports = (spec.ports ?? []).map(({ port, protocol }) => (protocol === undefined ? { port } : { port, protocol }))
  return {
    metadata: { ...kept, annotations: Object.fromEntries(ours) },
    spec: { ...onlyFields(spec), ports },
    ...(status?.loadBalancer === undefined ? {} : { status: { loadBalancer: status.loadBalancer } }),
  }
}

const serviceFields = [
  'type',
  'loadBalancerClass',
  'loadBalancerIP',
  'clusterIP',
  'clusterIPs',
  'ipFamilies',
  'ipFamilyPolicy',
  'externalTrafficPolicy',
  'selector',
] as const

function onlyFields(spec: NonNullable<Service['spec']>): NonNullable<Service['spec']> {
  return Object.fromEntries(serviceFields.flatMap((field) => (spec[field] === undefined ? [] : [[field, spec[field]]])))
}
