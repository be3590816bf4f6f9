import { compileBgpPeer } from '../../core/config/bgp-peer.ts'
import { selectsNode } from '../../core/config/selection.ts'
import { asFields, type Fields } from '../../core/shape.ts'
import type { Verdict } from '../verdict.ts'
import type { World } from '../world.ts'
import { nodesSelected } from './nodes-selected.ts'
import { verdictOn } from './own-kind.ts'
import { addressOfOneNode } from './peer/address-of-one-node.ts'
import { echoNotPossible } from './peer/echo-not-possible.ts'
import { needsMultiHop } from './peer/needs-multi-hop.ts'
import { notImplemented } from './peer/not-implemented.ts'
import { peerNotAdvertised } from './peer/peer-not-advertised.ts'
import { profileUnknown } from './peer/profile-unknown.ts'
import type { PeerRule } from './peer/rule.ts'
import { sameRouter } from './peer/same-router.ts'
import { withoutEffect } from './peer/without-effect.ts'
import { type Place, placed } from './place.ts'
import { selectorDuplicates } from './selector-duplicates.ts'

const advising: readonly PeerRule[] = [
  profileUnknown,
  echoNotPossible,
  notImplemented,
  withoutEffect,
  sameRouter,
  addressOfOneNode,
  needsMultiHop,
  ({ peer, world }) => nodesSelected(peer.nodeSelectors, 'there is no session', world),
  peerNotAdvertised,
]

/**
 * Shape, addresses, AS numbers, timers and selectors. Peers of one Node with different AS numbers or router IDs are right: each has a session of its
 * own, and only FRR has one identity for all.
 */
export function validateBGPPeer(object: Fields, place: Place, world: World): Verdict {
  const { peer, problems } = compileBgpPeer(placed(object, place))
  const spec = asFields(object['spec']) ?? {}
  const all = [...problems, ...selectorDuplicates(spec['nodeSelectors'], 'spec.nodeSelectors')]
  return verdictOn({ key: 'metallb.io/v1beta2/BGPPeer', object, place, world }, all, () => {
    if (peer === undefined) return []
    const others = world.peers.compiled.filter(({ name }) => name !== place.name)
    const nodes = world.nodes().filter(({ labels }) => selectsNode(peer, labels))
    return advising.flatMap((rule) => rule({ peer, spec, others, nodes, world }))
  })
}
