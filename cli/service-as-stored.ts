// What the API server adds to a Service before the webhook sees it: cluster IPs, and with them the families of its addresses.
import type { ClusterObjects } from '../admission/still-world.ts'
import type { Family } from '../core/address.ts'
import { podNetworks, serviceNetworks } from '../core/cluster-network.ts'
import type { Service } from '../core/objects.ts'
import type { LoadBalancerClasses } from '../core/service.ts'
import { viewService } from '../core/service.ts'
import { asFields, asList, type Fields } from '../core/shape.ts'

export interface ClusterFamilies {
  /** The family that a Service gets when it names none. */
  readonly primary: Family
  /** Known only when the user said so: then nothing else can be had. */
  readonly all: readonly Family[] | undefined
}

const both: readonly Family[] = ['IPv4', 'IPv6']

/** Only their families matter to us. */
const clusterIPs: Readonly<Record<Family, string>> = { IPv4: '10.96.0.10', IPv6: 'fd00:10:96::10' }

/**
 * The Service with cluster IPs of the families that the API server would choose. Where that depends on a cluster that nobody described, it is taken to be
 * the one in which the Service gets what it asks for.
 */
export function asStored(object: Fields, cluster: ClusterFamilies, classes: LoadBalancerClasses): Fields {
  const spec = asFields(object['spec'])
  const view = viewService(object as unknown as Service, classes)
  if (spec === undefined || view.clusterAddresses.length > 0) return object
  const asked = [...new Set(view.requestedAddresses.map(({ family }) => family))]
  const chosen = choose(asList(spec['ipFamilies']).length > 0 ? view.families : [], view.familyPolicy, asked, cluster)
  const addresses = chosen.map((family) => clusterIPs[family])
  return { ...object, spec: { ...spec, ipFamilies: chosen, clusterIP: addresses[0], clusterIPs: addresses } }
}

/** What Kubernetes' own objects tell: its ServiceCIDRs, or else the cluster IPs that Services have, and the networks of Pods; undefined when there are none. */
export function familiesIn({
  serviceCidrs,
  services,
  nodes,
}: Pick<ClusterObjects, 'serviceCidrs' | 'services' | 'nodes'>): ClusterFamilies | undefined {
  const declared = serviceCidrs.flatMap(serviceNetworks).map(({ first }) => first.family)
  const used = services
    .map((service) => viewService(service))
    .flatMap(({ clusterAddresses }) => clusterAddresses.map(({ family }) => family))
  const all = [...new Set(declared.length > 0 ? declared : [...used, ...nodes.flatMap(podNetworks).map(({ first }) => first.family)])]
  const [primary] = all
  return primary === undefined ? undefined : { primary, all }
}

function choose(
  named: readonly Family[],
  policy: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack',
  asked: readonly Family[],
  { primary, all }: ClusterFamilies,
): readonly Family[] {
  const possible = all ?? both
  const first = named[0] ?? (all === undefined && asked.length === 1 ? asked[0] : undefined) ?? primary
  if (policy === 'SingleStack') return named.length > 1 ? named : [first]
  // In a cluster of one family this is what "prefer" comes to.
  if (policy === 'PreferDualStack' && all === undefined && asked.length === 1) return [first]
  return [first, ...possible.filter((family) => family !== first)]
}
