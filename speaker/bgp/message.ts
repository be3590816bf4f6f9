// From a message to the event that it is for the state machine.

import type { Result } from '../../core/result.ts'
import { unreachable } from '../../core/unreachable.ts'
import type { ConnectionEvent } from './connection.ts'
import type { Frame } from './framing.ts'
import { MessageType } from './header.ts'
import type { Notification } from './notification.ts'
import { decodeNotification } from './notification-message.ts'
import { decodeOpen } from './open.ts'
import { decodeRouteRefresh } from './route-refresh.ts'
import type { Session } from './session.ts'
import { decodeUpdate } from './update.ts'

/** @param session what was agreed with the sender; before that an UPDATE is wrong whatever it says */
export function decodeEvent(frame: Result<Frame, Notification>, session: Session | undefined): ConnectionEvent {
  if (!frame.ok) return { type: 'messageError', notification: frame.error }
  const { header, body } = frame.value
  switch (header.type) {
    case MessageType.Open: {
      const open = decodeOpen(body)
      return open.ok ? { type: 'open', open: open.value } : { type: 'messageError', notification: open.error }
    }
    case MessageType.Update: {
      if (session === undefined) return { type: 'update' }
      const update = decodeUpdate(body, session)
      return update.ok ? { type: 'update' } : { type: 'messageError', notification: update.error }
    }
    case MessageType.Notification:
      return { type: 'notification', notification: decodeNotification(body) }
    case MessageType.Keepalive:
      return { type: 'keepalive' }
    case MessageType.RouteRefresh: {
      const family = decodeRouteRefresh(body)
      return family.ok ? { type: 'routeRefresh', family: family.value } : { type: 'messageError', notification: family.error }
    }
    default:
      return unreachable(header.type)
  }
}
