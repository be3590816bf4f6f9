// One TCP connection of a peer as the state machine sees it (RFC 4271 §8): its state, its timers, what can happen to it, what it asks for.
import type { Family } from '../../core/address.ts'
import { type Instant, type Millis, millis } from '../../core/time.ts'
import type { Notification } from './notification.ts'
import type { Open } from './open.ts'
import type { LocalSettings, Session } from './session.ts'

/** Who opened it. */
export type Direction = 'outgoing' | 'incoming'

export type State = 'Idle' | 'Connect' | 'Active' | 'OpenSent' | 'OpenConfirm' | 'Established'

export interface Connection {
  readonly direction: Direction
  readonly settings: LocalSettings
  readonly state: State
  /** Agreed with the peer's OPEN: in OpenConfirm and Established. */
  readonly session: Session | undefined
  /** When the attempt to connect is given up. */
  readonly connectRetryAt: Instant | undefined
  /** When the peer has been silent for too long. */
  readonly holdAt: Instant | undefined
  /** When the next KEEPALIVE is due. */
  readonly keepaliveAt: Instant | undefined
  /** When the peer has not read for too long; runs while octets wait to be sent (RFC 9687). */
  readonly sendHoldAt: Instant | undefined
  /** Since when it is Established. */
  readonly establishedAt: Instant | undefined
}

/** Names and numbers of RFC 4271 §8.1. What the peer sent has been decoded; whether it suits us is for the machine to say. */
export type ConnectionEvent =
  | { readonly type: 'start' } // 1 ManualStart, 3 AutomaticStart
  | { readonly type: 'startPassive' } // 4, 5 ManualStart and AutomaticStart with PassiveTcpEstablishment
  | { readonly type: 'stop'; readonly notification: Notification } // 2 ManualStop, 8 AutomaticStop
  | { readonly type: 'connectRetryTimerExpires' } // 9
  | { readonly type: 'holdTimerExpires' } // 10
  | { readonly type: 'keepaliveTimerExpires' } // 11
  | { readonly type: 'tcpConnected' } // 16 Tcp_CR_Acked, 17 TcpConnectionConfirmed
  | { readonly type: 'tcpFails'; readonly cause: string } // 18 TcpConnectionFails
  | { readonly type: 'open'; readonly open: Open } // 19 BGPOpen
  | { readonly type: 'messageError'; readonly notification: Notification } // 21 BGPHeaderErr, 22 BGPOpenMsgErr, 28 UpdateMsgErr
  | { readonly type: 'collisionDump' } // 23 OpenCollisionDump
  | { readonly type: 'notification'; readonly notification: Notification } // 24 NotifMsgVerErr, 25 NotifMsg
  | { readonly type: 'keepalive' } // 26 KeepAliveMsg
  | { readonly type: 'update' } // 27 UpdateMsg
  | { readonly type: 'routeRefresh'; readonly family: Family | undefined } // RFC 2918 §4
  | { readonly type: 'sendBlocked' } // octets wait for the peer to read
  | { readonly type: 'sendDrained' }
  | { readonly type: 'sendHoldTimerExpires' } // 29 (RFC 9687 §3)

export type EndCause =
  | { readonly type: 'sent'; readonly notification: Notification }
  | { readonly type: 'received'; readonly notification: Notification }
  | { readonly type: 'tcp'; readonly cause: string }
  | { readonly type: 'connectTimeout' }

export type ConnectionEffect =
  /** Begin to connect; `tcpConnected` or `tcpFails` follows. */
  | { readonly type: 'connect' }
  | { readonly type: 'send'; readonly message: Uint8Array }
  /** Give up the TCP connection, or the attempt, once the peer has got what was sent. Nothing that it still brings counts. */
  | { readonly type: 'disconnect' }
  | { readonly type: 'established'; readonly session: Session }
  /** The family's routes are to be sent once more. */
  | { readonly type: 'resend'; readonly family: Family }
  /** It is over, for this reason. */
  | { readonly type: 'ended'; readonly cause: EndCause }

/** RFC 4271 §8.2.2: the "large value" of the hold timer before both sides have agreed on one. */
export const openHoldTime = millis(240_000)

/** How long TCP may take to connect: shorter than the system's two minutes, so that a router that returns is not met in the middle of a long silence. */
export const connectTime = millis(5_000)

/** RFC 9687 §3.5: eight minutes, or twice the hold time. */
export function sendHoldTime(session: Session): Millis | undefined {
  return session.holdTime === undefined ? undefined : millis(Math.max(480_000, 2 * session.holdTime))
}

export function createConnection(direction: Direction, settings: LocalSettings): Connection {
  return { direction, settings, state: 'Idle', session: undefined, ...noTimers }
}

export const noTimers = {
  connectRetryAt: undefined,
  holdAt: undefined,
  keepaliveAt: undefined,
  sendHoldAt: undefined,
  establishedAt: undefined,
} as const

/** The timers that have run out, as events; those that end the connection first. */
export function dueEvents(connection: Connection, now: Instant): readonly ConnectionEvent[] {
  const timers: readonly (readonly [Instant | undefined, ConnectionEvent])[] = [
    [connection.connectRetryAt, { type: 'connectRetryTimerExpires' }],
    [connection.holdAt, { type: 'holdTimerExpires' }],
    [connection.sendHoldAt, { type: 'sendHoldTimerExpires' }],
    [connection.keepaliveAt, { type: 'keepaliveTimerExpires' }],
  ]
  return timers.flatMap(([at, event]) => (at !== undefined && at <= now ? [event] : []))
}

export function connectionDeadline(connection: Connection): Instant | undefined {
  const { connectRetryAt, holdAt, keepaliveAt, sendHoldAt } = connection
  return earliest([connectRetryAt, holdAt, keepaliveAt, sendHoldAt])
}

export function earliest(instants: readonly (Instant | undefined)[]): Instant | undefined {
  return instants.reduce((first, at) => (first === undefined || (at !== undefined && at < first) ? at : first), undefined)
}
