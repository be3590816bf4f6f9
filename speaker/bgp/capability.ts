// What both sides can do, told in the OPEN (RFC 5492).
import type { Family } from '../../core/address.ts'
import { type Reader, Writer } from '../bytes.ts'
import { afi, familyOf, safiUnicast } from './family.ts'

/** Codes of IANA's registry, as far as they mean something to us. */
const Code = { Multiprotocol: 1, RouteRefresh: 2, ExtendedMessage: 6, FourOctetAs: 65 } as const

export interface Capabilities {
  /** RFC 4760: each unicast family that the speaker lists; without any such capability it is IPv4 alone. */
  readonly families: readonly Family[]
  /** RFC 2918. */
  readonly routeRefresh: boolean
  /** RFC 8654: messages of up to 65,535 octets may be sent to this speaker. */
  readonly extendedMessage: boolean
  /** RFC 6793: the speaker's AS number; undefined for a speaker that knows two octets only. */
  readonly fourOctetAs: number | undefined
}

/** Each capability as one TLV, in the order of their codes. */
export function encodeCapabilities(capabilities: Capabilities): Uint8Array {
  const bytes = new Uint8Array(6 * capabilities.families.length + 2 + 2 + 6)
  const writer = new Writer(bytes)
  for (const family of capabilities.families) writer.u8(Code.Multiprotocol).u8(4).u16(afi[family]).u8(0).u8(safiUnicast)
  if (capabilities.routeRefresh) writer.u8(Code.RouteRefresh).u8(0)
  if (capabilities.extendedMessage) writer.u8(Code.ExtendedMessage).u8(0)
  if (capabilities.fourOctetAs !== undefined) writer.u8(Code.FourOctetAs).u8(4).u32(capabilities.fourOctetAs)
  return bytes.subarray(0, writer.length)
}

/**
 * Reads the capabilities of all optional parameters of that type.
 *
 * One that is unknown, or known but of a strange length, is as good as absent (RFC 5492 §4); of one that is listed twice the last counts.
 */
export function decodeCapabilities(readers: readonly Reader[]): Capabilities {
  const families = new Set<Family>()
  let hasMultiprotocol = false
  let routeRefresh = false
  let extendedMessage = false
  let fourOctetAs: number | undefined
  for (const reader of readers) {
    while (reader.remaining > 0) {
      const code = reader.u8()
      const value = reader.sub(reader.u8())
      if (code === Code.Multiprotocol && value.remaining === 4) {
        hasMultiprotocol = true
        const afiNumber = value.u16()
        value.skip(1)
        const family = familyOf(afiNumber, value.u8())
        if (family !== undefined) families.add(family)
      } else if (code === Code.FourOctetAs && value.remaining === 4) fourOctetAs = value.u32()
      else if (code === Code.RouteRefresh) routeRefresh = true
      else if (code === Code.ExtendedMessage) extendedMessage = true
    }
  }
  return { families: hasMultiprotocol ? [...families].toSorted() : ['IPv4'], routeRefresh, extendedMessage, fourOctetAs }
}
