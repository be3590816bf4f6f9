// A cluster at one moment, as lists of objects: what files, a snapshot or the API server show.
import type { ClusterObjects } from '../admission/still-world.ts'
import { joinName, type NamespacedName, namespacedName } from '../core/namespaced-name.ts'
import type { ConfigMap, EndpointSlice, KubeObject } from '../core/objects.ts'
import { releasesName } from '../core/release-record.ts'
import { asFields, asList, asText, type Fields } from '../core/shape.ts'

/** A World's objects, and what speakers look at besides. */
type Listed = ClusterObjects & { readonly endpointSlices: readonly EndpointSlice[] }

export type ClusterState = Listed & {
  /** The record of released addresses, if there is one. */
  readonly releases: readonly ConfigMap[]
}

export type ListName = keyof Listed

/** The lists by what stands in a file; of BGPPeer only the version that is stored counts. */
const listNames: Readonly<Record<string, ListName>> = {
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
  'discovery.k8s.io/v1/EndpointSlice': 'endpointSlices',
}

/** The list that objects of this kind are in; undefined for kinds that nobody here asks for. */
export function listOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): ListName | undefined {
  const key = `${apiVersion}/${kind}`
  return Object.hasOwn(listNames, key) ? listNames[key] : undefined
}

export function isOwnKind({ apiVersion }: { readonly apiVersion: string }): boolean {
  return apiVersion.startsWith('metallb.io/')
}

/**
 * Sorts objects of any kind and shape; lists are opened.
 *
 * @param namespace of our own kinds only the objects in it count
 */
export function readState(objects: readonly unknown[], namespace: string): ClusterState {
  const lists: Record<ListName, Fields[]> = {
    pools: [],
    l2Advertisements: [],
    bgpAdvertisements: [],
    peers: [],
    bfdProfiles: [],
    communities: [],
    policies: [],
    namespaces: [],
    nodes: [],
    serviceCidrs: [],
    services: [],
    endpointSlices: [],
  }
  const all = objects.flatMap(opened)
  for (const object of all) {
    const type = { apiVersion: asText(object['apiVersion']) ?? '', kind: asText(object['kind']) ?? '' }
    const list = listOf(type)
    const metadata = asFields(object['metadata']) ?? {}
    if (list === undefined || (isOwnKind(type) && metadata['namespace'] !== namespace)) continue
    lists[list].push({ ...object, metadata })
  }
  // Whoever reads them reads every field with care.
  return { ...lists, releases: all.filter((object) => isReleaseRecord(object, namespace)) } as unknown as ClusterState
}

function isReleaseRecord({ apiVersion, kind, metadata }: Fields, namespace: string): boolean {
  const { name, namespace: home } = asFields(metadata) ?? {}
  return apiVersion === 'v1' && kind === 'ConfigMap' && name === releasesName && home === namespace
}

/** Itself, or what is in it when it is a list. */
function opened(object: unknown): readonly Fields[] {
  const fields = asFields(object)
  if (fields === undefined) return []
  const isList = asText(fields['kind'])?.endsWith('List') === true && Array.isArray(fields['items'])
  return isList ? asList(fields['items']).flatMap(opened) : [fields]
}

export function findObject(state: ClusterState, list: ListName, key: NamespacedName): Fields | undefined {
  return objectsIn(state, list).find((each) => namespacedName(each) === key) as unknown as Fields | undefined
}

/** The state with another object under this name; without any when it is undefined. */
export function withObject(state: ClusterState, list: ListName, key: NamespacedName, object: Fields | undefined): ClusterState {
  const others = objectsIn(state, list).filter((each) => namespacedName(each) !== key)
  return { ...state, [list]: object === undefined ? others : [...others, object] }
}

function objectsIn(state: ClusterState, list: ListName): readonly KubeObject[] {
  return state[list]
}

export function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): NamespacedName {
  return joinName(namespace, name)
}
