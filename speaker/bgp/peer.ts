// A peer: at most one connection in each direction until one of them is the session (RFC 4271 §6.8), and when to try again.
import { after, type Instant, type Millis } from '../../core/time.ts'
import { contestTime, resolveCollision } from './collision.ts'
import {
  type Connection,
  type ConnectionEffect,
  type ConnectionEvent,
  connectionDeadline,
  createConnection,
  type Direction,
  dueEvents,
  type EndCause,
  earliest,
} from './connection.ts'
import { step } from './connection-step.ts'
import { isReason, type Notification, notify } from './notification.ts'
import { type History, lasting, noHistory, retryDelay } from './retry.ts'
import type { LocalSettings } from './session.ts'

export interface PeerSettings extends LocalSettings {
  /** Fixed time between attempts to connect; undefined for our own choice. */
  readonly retryTime: Millis | undefined
}

export interface Peer {
  readonly settings: PeerSettings
  readonly outgoing: Connection
  readonly incoming: Connection | undefined
  /** When the next attempt to connect begins. */
  readonly startAt: Instant | undefined
  /** Until when the peer may decide between two connections. */
  readonly contestEndsAt: Instant | undefined
  readonly history: History
}

export type PeerEvent =
  | { readonly type: 'start' }
  /** For good: this peer object will not be started again. */
  | { readonly type: 'stop'; readonly notification: Notification }
  /** The peer has connected to us. */
  | { readonly type: 'accepted' }
  | { readonly type: 'connection'; readonly direction: Direction; readonly event: ConnectionEvent }
  /** A deadline may have come. */
  | { readonly type: 'timer' }

export type PeerEffect =
  | (ConnectionEffect & { readonly direction: Direction })
  /** The accepted connection becomes the incoming one. */
  | { readonly type: 'adopt' }
  /** The accepted connection is one too many. */
  | { readonly type: 'reject'; readonly notification: Notification }
  /** The session is over; follows the connection's `ended`. */
  | { readonly type: 'lost'; readonly direction: Direction; readonly cause: EndCause }

export type PeerStep = readonly [peer: Peer, effects: readonly PeerEffect[]]

export function createPeer(settings: PeerSettings): Peer {
  return {
    settings,
    outgoing: createConnection('outgoing', settings),
    incoming: undefined,
    startAt: undefined,
    contestEndsAt: undefined,
    history: noHistory,
  }
}

/** The connection that carries routes. */
export function establishedConnection({ outgoing, incoming }: Peer): Connection | undefined {
  return outgoing.state === 'Established' ? outgoing : incoming?.state === 'Established' ? incoming : undefined
}

/** The connection that has come furthest: its state is the peer's. */
export function foremostConnection({ outgoing, incoming }: Peer): Connection {
  return incoming !== undefined && progress[incoming.state] > progress[outgoing.state] ? incoming : outgoing
}

const progress = { Idle: 0, Active: 1, Connect: 2, OpenSent: 3, OpenConfirm: 4, Established: 5 } as const

export function nextDeadline({ outgoing, incoming, startAt, contestEndsAt }: Peer): Instant | undefined {
  return earliest([connectionDeadline(outgoing), incoming === undefined ? undefined : connectionDeadline(incoming), startAt, contestEndsAt])
}

/** @param jitter uniform in [0, 1) */
export function stepPeer(peer: Peer, event: PeerEvent, now: Instant, jitter: number): PeerStep {
  const turn = new Turn(peer, now, jitter)
  switch (event.type) {
    case 'start':
      turn.feed('outgoing', { type: 'start' })
      break
    case 'stop':
      turn.stop(event.notification)
      break
    case 'accepted':
      turn.accept()
      break
    case 'connection':
      turn.feed(event.direction, event.event)
      break
    case 'timer':
      turn.timers()
      break
  }
  turn.resolve()
  return [turn.peer, turn.effects]
}

/** One event on its way through both connections: what it did so far. */
class Turn {
  peer: Peer
  readonly effects: PeerEffect[] = []
  readonly #now: Instant
  readonly #jitter: number

  constructor(peer: Peer, now: Instant, jitter: number) {
    this.peer = peer
    this.#now = now
    this.#jitter = jitter
  }

  feed(direction: Direction, event: ConnectionEvent): void {
    const before = this.peer[direction]
    if (before === undefined) return
    const [connection, effects] = step(before, event, this.#now, this.#jitter)
    this.peer = { ...this.peer, [direction]: connection }
    for (const effect of effects) {
      this.effects.push({ ...effect, direction })
      if (effect.type === 'ended') this.#ended(before, effect.cause)
    }
  }

  stop(notification: Notification): void {
    this.feed('outgoing', { type: 'stop', notification })
    this.feed('incoming', { type: 'stop', notification })
    this.peer = { ...this.peer, startAt: undefined }
  }

  /** A second incoming connection replaces the first only while that has not brought an OPEN: the peer may have given it up. */
  accept(): void {
    if (this.peer.incoming?.session !== undefined) {
      this.effects.push({ type: 'reject', notification: notify('ConnectionCollisionResolution') })
      return
    }
    this.feed('incoming', { type: 'collisionDump' })
    this.peer = { ...this.peer, incoming: createConnection('incoming', this.peer.settings) }
    this.effects.push({ type: 'adopt' })
    this.feed('incoming', { type: 'startPassive' })
    this.feed('incoming', { type: 'tcpConnected' })
  }

  timers(): void {
    for (const direction of ['outgoing', 'incoming'] as const) {
      const connection = this.peer[direction]
      if (connection !== undefined) for (const event of dueEvents(connection, this.#now)) this.feed(direction, event)
    }
    if (this.peer.startAt === undefined || this.peer.startAt > this.#now) return
    this.peer = { ...this.peer, startAt: undefined }
    if (establishedConnection(this.peer) === undefined) this.feed('outgoing', { type: 'start' })
  }

  resolve(): void {
    const { outgoing, incoming, contestEndsAt } = this.peer
    const verdict = incoming === undefined ? undefined : resolveCollision(outgoing, incoming, this.#now, contestEndsAt)
    if (verdict?.type === 'wait') {
      this.peer = { ...this.peer, contestEndsAt: contestEndsAt ?? after(this.#now, contestTime) }
      return
    }
    if (contestEndsAt !== undefined) this.peer = { ...this.peer, contestEndsAt: undefined }
    if (verdict?.type === 'close') this.feed(verdict.loser, { type: 'collisionDump' })
  }

  #ended(before: Connection, cause: EndCause): void {
    if (before.direction === 'incoming') this.peer = { ...this.peer, incoming: undefined }
    const history = judge(this.peer.history, before, cause, this.#now)
    this.peer = { ...this.peer, history }
    if (before.state === 'Established') this.effects.push({ type: 'lost', direction: before.direction, cause })
    if (this.peer.outgoing.state !== 'Idle' || this.peer.startAt !== undefined || establishedConnection(this.peer) !== undefined) return
    const refused = cause.type === 'sent' || cause.type === 'received'
    const delay = retryDelay(history, refused, this.#now, this.peer.settings.retryTime, this.#jitter)
    this.peer = { ...this.peer, startAt: after(this.#now, delay) }
  }
}

/** What the end of a connection says about the next attempt. */
function judge(history: History, before: Connection, cause: EndCause, now: Instant): History {
  const { establishedAt, direction } = before
  if (establishedAt !== undefined && now - establishedAt >= lasting) return { failures: 0, lostAt: now }
  const isCollision = (cause.type === 'sent' || cause.type === 'received') && isReason(cause.notification, 'ConnectionCollisionResolution')
  const counts = !isCollision && (establishedAt !== undefined || direction === 'outgoing')
  return counts ? { ...history, failures: history.failures + 1 } : history
}
