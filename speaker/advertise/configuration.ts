// What is wrong with the configuration, as far as it concerns one node.
import { compileBgpAdvertisement } from '../../core/config/bgp-advertisement.ts'
import { compileBgpPeer } from '../../core/config/bgp-peer.ts'
import { compileCommunities } from '../../core/config/community.ts'
import { compileL2Advertisement } from '../../core/config/l2-advertisement.ts'
import { compilePools } from '../../core/config/pools.ts'
import { selectsNode } from '../../core/config/selection.ts'
import { compileSelectors } from '../../core/config/selectors.ts'
import type { NodeView } from '../../core/node.ts'
import type { KubeObject } from '../../core/objects.ts'
import type { Problem } from '../../core/problem.ts'
import { asFields } from '../../core/shape.ts'
import type { BGPAdvertisement, BGPPeerV1beta2, Community, IPAddressPool, L2Advertisement } from '../../schemas/generated/types.ts'

export interface Configuration {
  readonly pools: readonly IPAddressPool[]
  readonly l2Advertisements: readonly L2Advertisement[]
  readonly bgpPeers: readonly BGPPeerV1beta2[]
  readonly bgpAdvertisements: readonly BGPAdvertisement[]
  readonly communities: readonly Community[]
}

/**
 * Complete sentences, in a fixed order. Peers and BGPAdvertisements that are for other nodes are their business.
 *
 * @param self undefined until the Node is known: then every one of them counts
 */
export function configurationProblems(configuration: Configuration, self: NodeView | undefined): readonly string[] {
  const { bgpAdvertisements, bgpPeers, communities, l2Advertisements, pools } = configuration
  const { names, problems: communityProblems } = compileCommunities(communities)
  const here = <T extends KubeObject>(objects: readonly T[]): readonly T[] => byName(objects).filter((object) => isForNode(object, self))
  return [
    ...[...compilePools(pools).problems.values()].flat(),
    ...[...communityProblems.values()].flat(),
    ...byName(l2Advertisements).flatMap((object) => compileL2Advertisement(object).problems),
    ...here(bgpPeers).flatMap((object) => compileBgpPeer(object).problems),
    ...here(bgpAdvertisements).flatMap((object) => compileBgpAdvertisement(object, names).problems),
  ].map(({ message, code }: Problem) => `${message} [${code}]`)
}

function byName<T extends KubeObject>(objects: readonly T[]): readonly T[] {
  return objects.toSorted((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
}

function isForNode(object: object, self: NodeView | undefined): boolean {
  if (self === undefined) return true
  const spec = asFields((object as { readonly spec?: unknown }).spec)
  return selectsNode({ nodeSelectors: compileSelectors(spec?.['nodeSelectors'], 'spec.nodeSelectors', '').selectors }, self.labels)
}
