// The kinds that our binaries read or write, and where the API server keeps them.

/** A kind as its URL names it. */
export interface Resource {
  /** '' for the core group. */
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly namespaced: boolean
}

const builtIn = (plural: string, namespaced = true): Resource => ({ group: '', version: 'v1', plural, namespaced })
const metallb = (plural: string, version = 'v1beta1'): Resource => ({ group: 'metallb.io', version, plural, namespaced: true })

/** Every kind that our binaries read or write. */
export const resources = {
  services: builtIn('services'),
  nodes: builtIn('nodes', false),
  namespaces: builtIn('namespaces', false),
  pods: builtIn('pods'),
  secrets: builtIn('secrets'),
  configMaps: builtIn('configmaps'),
  events: builtIn('events'),
  deployments: { group: 'apps', version: 'v1', plural: 'deployments', namespaced: true },
  endpointSlices: { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices', namespaced: true },
  serviceCidrs: { group: 'networking.k8s.io', version: 'v1', plural: 'servicecidrs', namespaced: false },
  leases: { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespaced: true },
  mutatingWebhookConfigurations: {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    plural: 'mutatingwebhookconfigurations',
    namespaced: false,
  },
  validatingWebhookConfigurations: {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    plural: 'validatingwebhookconfigurations',
    namespaced: false,
  },
  ipAddressPools: metallb('ipaddresspools'),
  allocationPolicies: metallb('allocationpolicies', 'v1alpha1'),
  l2Advertisements: metallb('l2advertisements'),
  bgpPeers: metallb('bgppeers', 'v1beta2'),
  bgpAdvertisements: metallb('bgpadvertisements'),
  bfdProfiles: metallb('bfdprofiles'),
  communities: metallb('communities'),
  serviceBgpStatuses: metallb('servicebgpstatuses'),
  configurationStates: metallb('configurationstates'),
} as const satisfies Readonly<Record<string, Resource>>

/** The URL path of a collection, an object or a subresource. */
export function pathOf(resource: Resource, namespace?: string, name?: string, subresource?: string): string {
  if (name === '') throw new TypeError(`an object of ${resource.plural} without a name`)
  if (name !== undefined && resource.namespaced && (namespace ?? '') === '')
    throw new TypeError(`${resource.plural}/${name} without a namespace`)
  const parts = [resource.group === '' ? 'api' : 'apis', resource.group, resource.version]
  if (resource.namespaced && namespace !== undefined) parts.push('namespaces', namespace)
  parts.push(resource.plural, name ?? '', subresource ?? '')
  return parts
    .filter((part) => part !== '')
    .map((part) => `/${encodeURIComponent(part)}`)
    .join('')
}
