// Who answers for a Service on layer 2: one node, and every speaker comes to the same one.
import { formatAddress } from '../address.ts'
import type { L2Advert } from '../config/l2-advertisement.ts'
import { selectsNode } from '../config/selection.ts'
import type { NodeView } from '../node.ts'
import { type Candidate, elect, type Sha256 } from './election.ts'
import { type AnnounceableService, type Hosts, hostsOf, type NodeReason, whyNodeUnable } from './eligibility.ts'

export interface Electorate {
  /** By name. */
  readonly nodes: ReadonlyMap<string, NodeView>
  /** `--ignore-exclude-lb`: the label that excludes a node from load balancers means nothing. */
  readonly ignoresExcludeLabel: boolean
  readonly sha256: Sha256
}

/**
 * MetalLB's layer 2 decision over Ready nodes.
 *
 * @param adverts those that are for the Service, as far as it is in one pool
 * @returns the node's name; undefined when none can
 */
export function ownerOf(
  { service, first, serving }: Pick<AnnounceableService, 'service' | 'first' | 'serving'>,
  adverts: readonly L2Advert[],
  electorate: Electorate,
): string | undefined {
  const hosts = hostsOf(service, serving)
  const candidates: Candidate[] = []
  for (const node of electorate.nodes.values()) {
    const eligible = adverts.filter((advert) => selectsNode(advert, node.labels))
    if (eligible.length === 0 || whyNoOwner(node, hosts, electorate) !== undefined) continue
    candidates.push({ node: node.name, score: scoreOf(node, eligible) })
  }
  return elect(candidates, formatAddress(first), electorate.sha256)
}

/** What keeps a node from being a candidate, its advertisements aside. Until speakers know of each other, a Ready node counts as having one. */
export function whyNoOwner(
  node: NodeView,
  hosts: Hosts,
  { ignoresExcludeLabel }: Pick<Electorate, 'ignoresExcludeLabel'>,
): NodeReason | 'nodeNotReady' | undefined {
  return node.ready ? whyNodeUnable(node, hosts, ignoresExcludeLabel) : 'nodeNotReady'
}

function scoreOf(node: NodeView, adverts: readonly L2Advert[]): number {
  const met = adverts.flatMap(({ preferred }) => preferred.filter(({ selector }) => selector.matches(node.labels)))
  return met.reduce((sum, { weight }) => sum + weight, 0)
}
