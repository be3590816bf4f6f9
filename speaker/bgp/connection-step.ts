// The state machine of RFC 4271 §8.2.2, without its optional attributes but the passive start. One function for each state, the RFC's paragraphs in it.
//
// Two departures, both for the sake of the one place that decides about retries (peer.ts): a connection that fails leaves the machine in Idle, where
// the RFC goes from OpenSent to Active; and no state answers a NOTIFICATION with another, where the RFC's text would have it.
import { after, type Instant, type Millis, millis } from '../../core/time.ts'
import {
  type Connection,
  type ConnectionEffect,
  type ConnectionEvent,
  connectTime,
  type EndCause,
  noTimers,
  openHoldTime,
  sendHoldTime,
} from './connection.ts'
import { encodeKeepalive } from './header.ts'
import { type Notification, type NotificationReason, notify } from './notification.ts'
import { encodeNotification } from './notification-message.ts'
import { encodeOurOpen, negotiate } from './session.ts'

export type Step = readonly [connection: Connection, effects: readonly ConnectionEffect[]]

/**
 * What an event does to a connection.
 *
 * @param jitter uniform in [0, 1): RFC 4271 §10 asks that KEEPALIVEs do not fall into step, so their interval is 75 to 100 % of what was agreed
 */
export function step(connection: Connection, event: ConnectionEvent, now: Instant, jitter: number): Step {
  switch (connection.state) {
    case 'Idle':
      return inIdle(connection, event, now)
    case 'Connect':
      return inConnect(connection, event, now)
    case 'Active':
      return inActive(connection, event, now)
    case 'OpenSent':
      return inOpenSent(connection, event, now, jitter)
    case 'OpenConfirm':
      return inOpenConfirm(connection, event, now, jitter)
    case 'Established':
      return inEstablished(connection, event, now, jitter)
  }
}

function inIdle(connection: Connection, event: ConnectionEvent, now: Instant): Step {
  switch (event.type) {
    case 'start':
      return connect(connection, now)
    case 'startPassive': // It listens, and so does not connect by itself.
      return [{ ...connection, state: 'Active' }, []]
    default:
      return stay(connection)
  }
}

function inConnect(connection: Connection, event: ConnectionEvent, now: Instant): Step {
  switch (event.type) {
    case 'start':
    case 'startPassive':
    case 'sendBlocked':
    case 'sendDrained':
      return stay(connection)
    case 'connectRetryTimerExpires': // The RFC tries again at once; the peer decides when.
      return end(connection, { type: 'connectTimeout' })
    case 'tcpConnected':
      return sendOpen(connection, now)
    case 'tcpFails':
      return end(connection, { type: 'tcp', cause: event.cause })
    default: // "In response to any other event": releases all and goes to Idle, without a word, since nobody listens yet.
      return end(connection, causeOf(event))
  }
}

/** Only a passive connection is here: it waits for the peer's. */
function inActive(connection: Connection, event: ConnectionEvent, now: Instant): Step {
  switch (event.type) {
    case 'start':
    case 'startPassive':
    case 'sendBlocked':
    case 'sendDrained':
      return stay(connection)
    case 'connectRetryTimerExpires':
      return connect(connection, now)
    case 'tcpConnected':
      return sendOpen(connection, now)
    default:
      return end(connection, causeOf(event))
  }
}

function inOpenSent(connection: Connection, event: ConnectionEvent, now: Instant, jitter: number): Step {
  switch (event.type) {
    case 'open': {
      const agreed = negotiate(connection.settings, event.open)
      if (!agreed.ok) return refuse(connection, agreed.error)
      const { holdTime, keepaliveTime } = agreed.value
      return [
        {
          ...connection,
          state: 'OpenConfirm',
          session: agreed.value,
          holdAt: deadline(now, holdTime),
          keepaliveAt: deadline(now, jittered(keepaliveTime, jitter)),
        },
        [{ type: 'send', message: encodeKeepalive() }],
      ]
    }
    default:
      return inSession(connection, event, now, 'UnexpectedMessageInOpenSent')
  }
}

function inOpenConfirm(connection: Connection, event: ConnectionEvent, now: Instant, jitter: number): Step {
  const { session } = connection
  switch (event.type) {
    case 'keepalive':
      if (session === undefined) return stay(connection)
      return [
        { ...connection, state: 'Established', holdAt: deadline(now, session.holdTime), establishedAt: now },
        [{ type: 'established', session }],
      ]
    case 'keepaliveTimerExpires':
      return sendKeepalive(connection, now, jitter)
    default:
      return inSession(connection, event, now, 'UnexpectedMessageInOpenConfirm')
  }
}

function inEstablished(connection: Connection, event: ConnectionEvent, now: Instant, jitter: number): Step {
  switch (event.type) {
    case 'keepalive':
    case 'update':
      return [heard(connection, now), []]
    case 'routeRefresh':
      return [heard(connection, now), event.family === undefined ? [] : [{ type: 'resend', family: event.family }]]
    case 'keepaliveTimerExpires':
      return sendKeepalive(connection, now, jitter)
    default:
      return inSession(connection, event, now, 'UnexpectedMessageInEstablished')
  }
}

/** What means the same from OpenSent on. `unexpected` is for all that has no business there (RFC 6608). */
function inSession(connection: Connection, event: ConnectionEvent, now: Instant, unexpected: NotificationReason): Step {
  switch (event.type) {
    case 'start':
    case 'startPassive':
    case 'tcpConnected': // Another connection of the same peer: its collision is resolved by peer.ts.
      return stay(connection)
    case 'stop':
      return refuse(connection, event.notification)
    case 'holdTimerExpires':
      return refuse(connection, notify('HoldTimerExpired'))
    case 'sendHoldTimerExpires':
      return refuse(connection, notify('SendHoldTimerExpired'))
    case 'tcpFails':
      return end(connection, { type: 'tcp', cause: event.cause })
    case 'messageError':
      return refuse(connection, event.notification)
    case 'collisionDump':
      return refuse(connection, notify('ConnectionCollisionResolution'))
    case 'notification':
      return end(connection, { type: 'received', notification: event.notification })
    case 'sendBlocked': {
      if (connection.sendHoldAt !== undefined || connection.session === undefined) return stay(connection)
      return [{ ...connection, sendHoldAt: deadline(now, sendHoldTime(connection.session)) }, []]
    }
    case 'sendDrained':
      return [{ ...connection, sendHoldAt: undefined }, []]
    default: // 9, 11 to 13, and every message that another state expects.
      return refuse(connection, notify(unexpected))
  }
}

const stay = (connection: Connection): Step => [connection, []]

function connect(connection: Connection, now: Instant): Step {
  return [{ ...connection, ...noTimers, state: 'Connect', connectRetryAt: after(now, connectTime) }, [{ type: 'connect' }]]
}

function sendOpen(connection: Connection, now: Instant): Step {
  return [
    { ...connection, ...noTimers, state: 'OpenSent', holdAt: after(now, openHoldTime) },
    [{ type: 'send', message: encodeOurOpen(connection.settings) }],
  ]
}

function sendKeepalive(connection: Connection, now: Instant, jitter: number): Step {
  const keepaliveAt = deadline(now, jittered(connection.session?.keepaliveTime, jitter))
  return [{ ...connection, keepaliveAt }, [{ type: 'send', message: encodeKeepalive() }]]
}

/** RFC 4271 §6: the NOTIFICATION, then the end of the connection. */
function refuse(connection: Connection, notification: Notification): Step {
  const [ended, effects] = end(connection, { type: 'sent', notification })
  return [ended, [{ type: 'send', message: encodeNotification(notification) }, ...effects]]
}

function end(connection: Connection, cause: EndCause): Step {
  return [{ ...connection, ...noTimers, state: 'Idle', session: undefined }, [{ type: 'disconnect' }, { type: 'ended', cause }]]
}

/** Why a connection ends that has not come to a session. */
function causeOf(event: ConnectionEvent): EndCause {
  if (event.type === 'tcpFails') return { type: 'tcp', cause: event.cause }
  if (event.type === 'notification') return { type: 'received', notification: event.notification }
  return { type: 'tcp', cause: event.type }
}

/** A sign of life from the peer. */
function heard(connection: Connection, now: Instant): Connection {
  return { ...connection, holdAt: deadline(now, connection.session?.holdTime) }
}

const deadline = (now: Instant, length: Millis | undefined): Instant | undefined => (length === undefined ? undefined : after(now, length))

const jittered = (length: Millis | undefined, jitter: number): Millis | undefined =>
  length === undefined ? undefined : millis(length * (0.75 + jitter / 4))
