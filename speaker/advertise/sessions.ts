// Which BGP sessions this node keeps, and why others have to wait.
import { type Address, formatAddress } from '../../core/address.ts'
import { type BgpPeer, familiesOf, isExternal } from '../../core/config/bgp-peer.ts'
import { selectsNode } from '../../core/config/selection.ts'
import type { NodeView } from '../../core/node.ts'
import { millis } from '../../core/time.ts'
import { hasAddress, isOnLink, type LocalAddress } from '../bgp/local-address.ts'
import { endpointOf, type SessionConfig } from '../bgp/session-config.ts'

export interface SessionWorld {
  readonly self: NodeView
  readonly locals: readonly LocalAddress[]
  /** Passwords out of Secrets, by `name/key`; what is not there has no entry. */
  readonly secrets: ReadonlyMap<string, string>
  /** A number that is this node's alone, for a BGP identifier where it has no IPv4 address; not 0. */
  readonly nodeNumber: number
}

export type WaitReason =
  /** The Secret or its key does not exist: without it the session would run unprotected. */
  | 'passwordMissing'
  /** No interface of this node reaches the router directly. */
  | 'needsEbgpMultiHop'
  /** Another BGPPeer, whose name comes first, has a session with this router. */
  | 'duplicate'
  | 'interfaceNotSupported'
  | 'vrfNotSupported'

export interface WaitingPeer {
  readonly name: string
  readonly reason: WaitReason
  /** Complete in itself: what, and what to do. */
  readonly message: string
}

export interface SessionNote {
  readonly name: string
  /** What is not as the BGPPeer says, although the session runs. */
  readonly message: string
}

export interface SessionPlan {
  readonly sessions: readonly SessionConfig[]
  readonly waiting: readonly WaitingPeer[]
  readonly notes: readonly SessionNote[]
}

/** Farther than any network is wide. */
const manyHops = 255

/** Takes the peers that select this node, in the order of their names. */
export function planSessions(peers: readonly BgpPeer[], world: SessionWorld): SessionPlan {
  const sessions = new Map<string, SessionConfig>()
  const waiting: WaitingPeer[] = []
  const notes: SessionNote[] = []
  for (const peer of peers.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!selectsNode(peer, world.self.labels)) continue
    const { name } = peer
    const wait = (reason: WaitReason, message: string): unknown => waiting.push({ name, reason, message })
    const { address } = peer
    if (address === undefined) {
      wait('interfaceNotSupported', 'routers found by interface are not supported: set peerAddress')
      continue
    }
    if (peer.vrf !== undefined) {
      wait('vrfNotSupported', `sessions in a VRF (${peer.vrf}) are not supported`)
      continue
    }
    const password = passwordOf(peer, world)
    if (peer.passwordSecret !== undefined && password === undefined) {
      wait(
        'passwordMissing',
        `the Secret "${peer.passwordSecret.name}" with the key "${peer.passwordSecret.key}" does not exist: create it`,
      )
      continue
    }
    if (isDirect(peer) && !isOnLink(world.locals, address)) {
      wait('needsEbgpMultiHop', `${formatAddress(address)} is on no subnet of this node: needs ebgpMultiHop`)
      continue
    }
    const config = configOf(peer, address, password, world)
    const other = sessions.get(endpointOf(config))
    if (other === undefined) {
      sessions.set(endpointOf(config), config)
      notes.push(...notesOn(peer, config))
    } else {
      sessions.set(endpointOf(config), { ...other, names: [...other.names, name] })
      wait('duplicate', `duplicate of BGPPeer "${other.name}", whose session with ${endpointOf(config)} serves both`)
    }
  }
  return { sessions: [...sessions.values()], waiting, notes }
}

function passwordOf({ password, passwordSecret }: BgpPeer, { secrets }: SessionWorld): string | undefined {
  return passwordSecret === undefined ? password : secrets.get(`${passwordSecret.name}/${passwordSecret.key}`)
}

/** Of another AS and one hop away, which is what routers expect unless told otherwise (RFC 4271 §5.1.3). */
function isDirect(peer: BgpPeer): boolean {
  return !peer.isMultiHop && isExternal(peer)
}

function configOf(peer: BgpPeer, address: Address, password: string | undefined, world: SessionWorld): SessionConfig {
  const { source } = peer
  return {
    name: peer.name,
    names: [peer.name],
    peer: address,
    port: peer.port,
    source: source !== undefined && hasAddress(world.locals, source) ? source : undefined,
    hops: isDirect(peer) ? 1 : manyHops,
    password,
    settings: {
      localAs: peer.localAs,
      peerAs: peer.peerAs,
      routerId: routerIdFor(peer, world),
      holdTime: peer.holdTime,
      keepaliveTime: peer.keepaliveTime,
      families: familiesOf(peer, address),
      retryTime: peer.connectTime === undefined ? undefined : millis(1000 * peer.connectTime),
    },
  }
}

/** What the operator wrote, if it can be meant for this node; else the node's first IPv4 address; else a number of its own. */
function routerIdFor({ routerId, nodeSelectors }: BgpPeer, { self, locals, nodeNumber }: SessionWorld): number {
  if (routerId !== undefined && (nodeSelectors.length > 0 || hasAddress(locals, { family: 'IPv4', value: routerId }))) return routerId
  const own = self.addresses.find(({ family }) => family === 'IPv4')
  return own?.family === 'IPv4' ? own.value : nodeNumber
}

function notesOn(peer: BgpPeer, config: SessionConfig): readonly SessionNote[] {
  const notes: SessionNote[] = []
  const add = (message: string): unknown => notes.push({ name: peer.name, message })
  if (peer.source !== undefined && config.source === undefined) {
    add(`sourceAddress ${formatAddress(peer.source)} is not an address of this node: it uses its own`)
  }
  if (peer.routerId !== undefined && peer.routerId !== config.settings.routerId) {
    add('routerID is not an address of this node: it uses its own')
  }
  if (peer.bfdProfile !== undefined) add(`BFD (profile "${peer.bfdProfile}") is not supported: the hold time alone finds a broken path`)
  return notes
}
