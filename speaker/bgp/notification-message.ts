// NOTIFICATION: the last message of a session (RFC 4271 §4.5).
import { Reader } from '../bytes.ts'
import { encodeMessage, MessageType } from './header.ts'
import type { Notification } from './notification.ts'

export function encodeNotification({ code, subcode, data }: Notification): Uint8Array {
  return encodeMessage(MessageType.Notification, 2 + data.length, (writer) => writer.u8(code).u8(subcode).put(data))
}

/** @param body at least 2 octets, which the header's check has seen to */
export function decodeNotification(body: Uint8Array): Notification {
  const reader = new Reader(body)
  return { code: reader.u8(), subcode: reader.u8(), data: reader.take(reader.remaining).slice() }
}
