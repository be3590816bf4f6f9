// Why a session ends (RFC 4271 §4.5 and §6). Decoders and the state machine report every error of the peer as one of these.
import { decode, Reader, Writer } from '../bytes.ts'

export interface Notification {
  readonly code: number
  readonly subcode: number
  /** What the error's own section asks for; not shared with any buffer. */
  readonly data: Uint8Array
}

/** Code and subcode of each reason: RFC 4271 §4.5, RFC 4486, RFC 6608, RFC 7313, RFC 9384, RFC 9687. */
const reasons = {
  ConnectionNotSynchronized: [1, 1],
  BadMessageLength: [1, 2],
  BadMessageType: [1, 3],
  OpenMessageError: [2, 0],
  UnsupportedVersionNumber: [2, 1],
  BadPeerAs: [2, 2],
  BadBgpIdentifier: [2, 3],
  UnsupportedOptionalParameter: [2, 4],
  UnacceptableHoldTime: [2, 6],
  UnsupportedCapability: [2, 7],
  UpdateMessageError: [3, 0],
  MalformedAttributeList: [3, 1],
  UnrecognizedWellKnownAttribute: [3, 2],
  MissingWellKnownAttribute: [3, 3],
  AttributeFlagsError: [3, 4],
  AttributeLengthError: [3, 5],
  InvalidOriginAttribute: [3, 6],
  InvalidNextHopAttribute: [3, 8],
  OptionalAttributeError: [3, 9],
  InvalidNetworkField: [3, 10],
  MalformedAsPath: [3, 11],
  HoldTimerExpired: [4, 0],
  FiniteStateMachineError: [5, 0],
  UnexpectedMessageInOpenSent: [5, 1],
  UnexpectedMessageInOpenConfirm: [5, 2],
  UnexpectedMessageInEstablished: [5, 3],
  Cease: [6, 0],
  MaximumNumberOfPrefixesReached: [6, 1],
  AdministrativeShutdown: [6, 2],
  PeerDeconfigured: [6, 3],
  AdministrativeReset: [6, 4],
  ConnectionRejected: [6, 5],
  OtherConfigurationChange: [6, 6],
  ConnectionCollisionResolution: [6, 7],
  OutOfResources: [6, 8],
  HardReset: [6, 9],
  BfdDown: [6, 10],
  InvalidRouteRefreshLength: [7, 1],
  SendHoldTimerExpired: [8, 0],
} as const satisfies Readonly<Record<string, readonly [number, number]>>

export type NotificationReason = keyof typeof reasons

const none = new Uint8Array(0)

export function notify(reason: NotificationReason, data: Uint8Array = none): Notification {
  const [code, subcode] = reasons[reason]
  return { code, subcode, data }
}

export function isReason(notification: Notification, reason: NotificationReason): boolean {
  const [code, subcode] = reasons[reason]
  return notification.code === code && notification.subcode === subcode
}

/** Data fields that are one number. */
export function u16Data(value: number): Uint8Array {
  const data = new Uint8Array(2)
  new Writer(data).u16(value)
  return data
}

/** The reason's name, or the bare numbers of one that is not known here. */
export function nameOf({ code, subcode }: Notification): string {
  const known = Object.entries(reasons).find(([, [ownCode, ownSubcode]]) => ownCode === code && ownSubcode === subcode)
  return known?.[0] ?? `code ${code}, subcode ${subcode}`
}

/** For logs and status: the name, and what the peer says about a shutdown or reset (RFC 9003). Free of control characters, whatever the peer sent. */
export function describeNotification(notification: Notification): string {
  const name = nameOf(notification)
  const { data } = notification
  if (data.length === 0) return name
  if (isReason(notification, 'AdministrativeShutdown') || isReason(notification, 'AdministrativeReset')) {
    const text = shutdownText(data)
    if (text !== undefined) return text === '' ? name : `${name}: ${text}`
  }
  const shown = data.subarray(0, longestShownData)
  return `${name}: 0x${shown.toHex()}${shown.length < data.length ? '…' : ''}`
}

const longestShownData = 32

/** RFC 9003 §2: a length octet and UTF-8. */
function shutdownText(data: Uint8Array): string | undefined {
  const text = decode(new Reader(data), (reader) => reader.take(reader.u8()))
  if (!text.ok) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text.value).replaceAll(/\p{C}/gu, '�')
  } catch {
    return undefined
  }
}

/** 6/2 with a message for the operator of the peer: UTF-8, cut to 255 octets at the border of a character. */
export function administrativeShutdown(message: string): Notification {
  const text = new Uint8Array(255)
  const { written } = new TextEncoder().encodeInto(message, text)
  const data = new Uint8Array(1 + written)
  new Writer(data).u8(written).put(text.subarray(0, written))
  return notify('AdministrativeShutdown', data)
}
