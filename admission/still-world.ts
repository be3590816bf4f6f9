// A World of plain lists: of files, of a snapshot, of a test. The webhook makes its own of caches that never stand still.
import { podNetworks, serviceNetworks } from '../core/cluster-network.ts'
import { compilePools } from '../core/config/pools.ts'
import { bareNamespace, type NamespaceView, viewNamespace } from '../core/namespace.ts'
import { type NamespacedName, namespacedName } from '../core/namespaced-name.ts'
import { viewNode } from '../core/node.ts'
import type { Namespace, Node, Service, ServiceCIDR } from '../core/objects.ts'
import { Occupancy } from '../core/occupancy.ts'
import { type Release, Releases } from '../core/releases.ts'
import { type ServiceView, viewService } from '../core/service.ts'
import { asTexts } from '../core/shape.ts'
import type { Instant } from '../core/time.ts'
import type { IPAddressPool } from '../schemas/generated/types.ts'
import { type StoredConfiguration, storedAs } from './stored.ts'
import type { World } from './world.ts'

/** As stored: our own kinds of our own namespace, the others of all. */
export type ClusterObjects = { readonly [K in keyof StoredConfiguration]: StoredConfiguration[K]['objects'] } & {
  readonly pools: readonly IPAddressPool[]
  readonly namespaces: readonly Namespace[]
  readonly nodes: readonly Node[]
  readonly serviceCidrs: readonly ServiceCIDR[]
  /** Also of other types than LoadBalancer, which do not count. */
  readonly services: readonly Service[]
}

export type WorldSettings = Pick<World, 'namespace' | 'classes' | 'poolPriority' | 'serviceAdmission' | 'ignoresExcludeLabel'>

/** What Services have left, and when; and what time it is. */
export interface Released {
  readonly releases: readonly Release[]
  readonly now: Instant
}

/** @param released nothing when not set */
export function stillWorld(objects: ClusterObjects, settings: WorldSettings, released?: Released): World {
  const pools = compilePools(objects.pools)
  const nodes = objects.nodes.map(viewNode)
  const namespaces = new Map(objects.namespaces.map((namespace) => [namespace.metadata.name ?? '', viewNamespace(namespace)]))
  const services = objects.services.filter(({ spec }) => spec?.type === 'LoadBalancer')
  const byName = new Map(services.map((service) => [namespacedName(service), service]))
  const view = (service: Service): ServiceView => viewService(service, settings.classes)
  const namespaceOf = (name: string): NamespaceView => namespaces.get(name) ?? bareNamespace(name)
  const policies = storedAs.policies(objects.policies)
  const releases = new Releases()
  releases.configure(pools.pools)
  if (released !== undefined) {
    const hasSettled = (key: NamespacedName): boolean => {
      const service = byName.get(key)
      return service !== undefined && view(service).held.length > 0
    }
    releases.merge(released.releases, hasSettled, released.now)
  }
  const occupancy = new Occupancy({
    poolPriority: settings.poolPriority,
    releases: () => releases,
    pools: () => pools.pools,
    policies: () => policies.compiled,
    reserved: () => nodes.flatMap(({ addresses }) => addresses),
    services: () => services.map(view),
    service: (key) => {
      const service = byName.get(key)
      return service === undefined ? undefined : view(service)
    },
    servicesIn: (namespace) => services.filter(({ metadata }) => metadata.namespace === namespace).map(view),
    namespaceOf,
  })
  return {
    ...settings,
    poolObjects: objects.pools,
    pools,
    l2Advertisements: storedAs.l2Advertisements(objects.l2Advertisements),
    bgpAdvertisements: storedAs.bgpAdvertisements(objects.bgpAdvertisements),
    peers: storedAs.peers(objects.peers),
    bfdProfiles: storedAs.bfdProfiles(objects.bfdProfiles),
    communities: storedAs.communities(objects.communities),
    policies,
    ipam: () => occupancy.ipam,
    namespaceOf,
    namespaces: () => [...namespaces.values()],
    nodes: () => nodes,
    clusterNetworks: () => [...objects.serviceCidrs.flatMap(serviceNetworks), ...objects.nodes.flatMap(podNetworks)],
    serviceObject: (key) => byName.get(key),
    serviceLabels: () => services.map(({ metadata }) => asTexts(metadata.labels)),
  }
}
