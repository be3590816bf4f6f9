// What main and the packet worker tell each other.
import type { Announcement, Link } from '../l2/responder.ts'
import type { SharedBuffers } from './shared-state.ts'

/** An interface and the descriptor of its packet socket, which main opened and alone closes. */
export interface LinkSocket {
  readonly link: Link
  readonly fd: number
}

/** All that a worker starts with. */
export interface PacketWorkerStart {
  readonly role: 'packetWorker'
  readonly shared: SharedBuffers
  /** eventfd: a message waits, or it is time to stop. */
  readonly wake: number
  /** Netlink socket: readable when interfaces changed. */
  readonly interfaceEvents: number
  readonly sockets: readonly LinkSocket[]
  readonly announcements: readonly Announcement[]
  /** How long main may be silent before nothing is answered any more. */
  readonly fenceMs: number
}

export type MessageToWorker =
  | { readonly type: 'addressesChanged'; readonly gained: readonly Announcement[]; readonly lost: readonly number[] }
  /** All sockets to use from now on. */
  | { readonly type: 'socketsChanged'; readonly sockets: readonly LinkSocket[]; readonly revision: number }

export type MessageToMain =
  | { readonly type: 'interfacesChanged' }
  /** Sockets that this revision no longer names are out of use: main may close them. */
  | { readonly type: 'socketsApplied'; readonly revision: number }
  | { readonly type: 'fenceChanged'; readonly isFenced: boolean }
