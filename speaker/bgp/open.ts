// OPEN: who a speaker is and what it can do (RFC 4271 §4.2).
import { fail, ok, type Result } from '../../core/result.ts'
import { decode, Reader } from '../bytes.ts'
import { type Capabilities, decodeCapabilities, encodeCapabilities } from './capability.ts'
import { encodeMessage, MessageType } from './header.ts'
import { type Notification, notify, u16Data } from './notification.ts'

/** RFC 6793 §9: stands for every AS number that does not fit into two octets. */
export const asTrans = 23456

export interface Open {
  /** The field of two octets: `asTrans` when the number needs four. */
  readonly as: number
  /** Seconds; 0 means that the session never times out. */
  readonly holdTime: number
  /** BGP Identifier, the first octet the most significant. */
  readonly routerId: number
  readonly capabilities: Capabilities
}

const version = 4
const parameterCapabilities = 2
/** RFC 9072 §2: where the first parameter's type stands, this says that lengths have two octets. */
const extendedParameters = 255

export function encodeOpen({ as, holdTime, routerId, capabilities }: Open): Uint8Array {
  const list = encodeCapabilities(capabilities)
  return encodeMessage(MessageType.Open, 12 + list.length, (writer) =>
    writer
      .u8(version)
      .u16(as)
      .u16(holdTime)
      .u32(routerId)
      .u8(2 + list.length)
      .u8(parameterCapabilities)
      .u8(list.length)
      .put(list),
  )
}

/**
 * Reads an OPEN. Whether its values suit us is for `negotiate` to say.
 *
 * @param body at least 10 octets, which the header's check has seen to
 * @returns the message, or the NOTIFICATION to send before closing (RFC 4271 §6.2)
 */
export function decodeOpen(body: Uint8Array): Result<Open, Notification> {
  const message = new Reader(body)
  if (message.u8() !== version) return fail(notify('UnsupportedVersionNumber', u16Data(version)))
  const read = decode(message, (reader) => {
    const fixed = { as: reader.u16(), holdTime: reader.u16(), routerId: reader.u32() }
    const parameters = readParameters(reader)
    if (parameters === undefined) return fail(notify('OpenMessageError'))
    if (parameters.some(({ type }) => type !== parameterCapabilities)) return fail(notify('UnsupportedOptionalParameter'))
    return ok({ ...fixed, capabilities: decodeCapabilities(parameters.map(({ value }) => value)) })
  })
  return read.ok ? read.value : fail(notify('OpenMessageError'))
}

interface Parameter {
  readonly type: number
  readonly value: Reader
}

/** RFC 4271 §4.2, and RFC 9072 §2 for lists longer than 255 octets. Undefined when octets follow the list. */
function readParameters(reader: Reader): readonly Parameter[] | undefined {
  const shortLength = reader.u8()
  const octets = reader.take(reader.remaining)
  const rest = new Reader(octets)
  const isExtended = shortLength > 0 && octets[0] === extendedParameters
  if (isExtended) rest.skip(1)
  // In the extended form the short length is 255, or whatever the peer thought fit (RFC 9072 §2).
  const list = rest.sub(isExtended ? rest.u16() : shortLength)
  const parameters: Parameter[] = []
  while (list.remaining > 0) parameters.push({ type: list.u8(), value: list.sub(isExtended ? list.u16() : list.u8()) })
  return rest.remaining === 0 ? parameters : undefined
}
