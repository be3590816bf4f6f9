// The manifests by kind, as a World wants them.
import type { ClusterObjects, WorldSettings } from '../../admission/still-world.ts'
import type { Manifest } from '../manifest.ts'

/** The kinds of a World by what stands in a file; of BGPPeer only the version that is stored counts. */
const placesByKind: Readonly<Record<string, keyof ClusterObjects>> = {
  'metallb.io/v1beta1/IPAddressPool': 'pools',
  'metallb.io/v1beta1/L2Advertisement': 'l2Advertisements',
  'metallb.io/v1beta1/BGPAdvertisement': 'bgpAdvertisements',
  'metallb.io/v1beta2/BGPPeer': 'peers',
  'metallb.io/v1beta1/BFDProfile': 'bfdProfiles',
  'metallb.io/v1beta1/Community': 'communities',
  'metallb.io/v1alpha1/AllocationPolicy': 'policies',
  'v1/Namespace': 'namespaces',
  'v1/Node': 'nodes',
  'v1/Service': 'services',
  'networking.k8s.io/v1/ServiceCIDR': 'serviceCidrs',
}

/** Which list of a World the manifest belongs to; undefined for kinds that no rule asks for. */
export function placeInWorld({ apiVersion, kind }: Manifest): keyof ClusterObjects | undefined {
  const key = `${apiVersion}/${kind}`
  return Object.hasOwn(placesByKind, key) ? placesByKind[key] : undefined
}

export function isOwnKind({ apiVersion }: Manifest): boolean {
  return apiVersion.startsWith('metallb.io/')
}

/** Those of `manifests` that a World holds: of our own kinds only the objects in our own namespace. */
export function objectsOf(manifests: readonly Manifest[], { namespace }: WorldSettings): ClusterObjects {
  const lists: Record<keyof ClusterObjects, unknown[]> = {
    pools: [],
    l2Advertisements: [],
    bgpAdvertisements: [],
    peers: [],
    bfdProfiles: [],
    communities: [],
    policies: [],
    namespaces: [],
    nodes: [],
    services: [],
    serviceCidrs: [],
  }
  for (const manifest of manifests) {
    const place = placeInWorld(manifest)
    if (place !== undefined && (!isOwnKind(manifest) || manifest.namespace === namespace)) lists[place].push(manifest.object)
  }
  // Whoever reads them reads every field with care.
  return lists as unknown as ClusterObjects
}
