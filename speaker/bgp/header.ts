// The 19 octets before every message (RFC 4271 §4.1).
import { fail, ok, type Result } from '../../core/result.ts'
import { Reader, Writer } from '../bytes.ts'
import { type Notification, notify, u16Data } from './notification.ts'

export const MessageType = { Open: 1, Update: 2, Notification: 3, Keepalive: 4, RouteRefresh: 5 } as const
export type MessageType = (typeof MessageType)[keyof typeof MessageType]

export const headerLength = 19

/** RFC 4271 §4.1, and what a peer with the capability of RFC 8654 may be sent. */
export const messageLimit = { standard: 4096, extended: 65535 } as const

const markerWord = 0xffff_ffff

/** Shortest and longest message of each type, header included. We always offer RFC 8654, which leaves OPEN and KEEPALIVE as short as they were. */
const lengths: Readonly<Record<MessageType, readonly [shortest: number, longest: number]>> = {
  [MessageType.Open]: [29, messageLimit.standard],
  [MessageType.Update]: [23, messageLimit.extended],
  [MessageType.Notification]: [21, messageLimit.extended],
  [MessageType.Keepalive]: [19, 19],
  [MessageType.RouteRefresh]: [23, messageLimit.extended],
}

export interface Header {
  readonly type: MessageType
  /** Octets of the message, header included. */
  readonly length: number
}

function isMessageType(value: number): value is MessageType {
  return Object.hasOwn(lengths, value)
}

/**
 * Reads a header.
 *
 * @param bytes at least 19 octets; not retained
 * @returns the header, or the NOTIFICATION to send before closing
 * @see RFC 4271 §6.1
 */
export function decodeHeader(bytes: Uint8Array): Result<Header, Notification> {
  const reader = new Reader(bytes)
  for (let word = 0; word < 4; word += 1) if (reader.u32() !== markerWord) return fail(notify('ConnectionNotSynchronized'))
  const length = reader.u16()
  const type = reader.u8()
  if (length < headerLength) return fail(notify('BadMessageLength', u16Data(length)))
  if (!isMessageType(type)) return fail(notify('BadMessageType', Uint8Array.of(type)))
  const [shortest, longest] = lengths[type]
  if (length < shortest || length > longest) return fail(notify('BadMessageLength', u16Data(length)))
  return ok({ type, length })
}

/** A whole message, whose body is `bodyLength` octets that `write` fills. */
export function encodeMessage(type: MessageType, bodyLength: number, write: (writer: Writer) => void): Uint8Array {
  const message = new Uint8Array(headerLength + bodyLength)
  const writer = new Writer(message)
  for (let word = 0; word < 4; word += 1) writer.u32(markerWord)
  writer.u16(message.length).u8(type)
  write(writer)
  return message
}

/** RFC 4271 §4.4: a header and nothing else. */
export function encodeKeepalive(): Uint8Array {
  return encodeMessage(MessageType.Keepalive, 0, () => undefined)
}
