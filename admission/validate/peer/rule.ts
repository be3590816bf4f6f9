// What every rule for BGPPeers is given and gives. They only warn: what refuses a peer is found by core/config.
import type { BgpPeer } from '../../../core/config/bgp-peer.ts'
import type { NodeView } from '../../../core/node.ts'
import type { Problem } from '../../../core/problem.ts'
import type { Fields } from '../../../core/shape.ts'
import type { World } from '../../world.ts'

export interface PeerCase {
  readonly peer: BgpPeer
  /** As it was written. */
  readonly spec: Fields
  /** All others that can be used. */
  readonly others: readonly BgpPeer[]
  /** The Nodes that keep a session. */
  readonly nodes: readonly NodeView[]
  readonly world: World
}

export type PeerRule = (facts: PeerCase) => readonly Problem[]
