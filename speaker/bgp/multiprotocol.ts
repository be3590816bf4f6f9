// MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760), with which IPv6 travels.
import type { Address } from '../../core/address.ts'
import type { Result } from '../../core/result.ts'
import { type DecodeError, decode, Reader, Writer } from '../bytes.ts'
import { afi, familyOf, safiUnicast } from './family.ts'
import { countPrefixes, type Nlri } from './nlri.ts'
import { AttributeKind, AttributeType, encodeAttribute } from './path-attribute.ts'

/** Octets of MP_REACH_NLRI without its prefixes: header with a long length, AFI, SAFI, next hop and its length, one reserved. */
export const reachOverhead = 4 + 3 + 1 + 16 + 1

/** Octets of MP_UNREACH_NLRI without its prefixes. */
export const unreachOverhead = 4 + 3

/** IPv6 routes with one next hop (RFC 2545 §3: the global address alone). */
export function encodeReach(nextHop: Address, routes: readonly { readonly nlri: Nlri }[], prefixOctets: number): Uint8Array {
  return encodeAttribute(AttributeKind.OptionalNonTransitive, AttributeType.MpReachNlri, 21 + prefixOctets, (writer) => {
    writer.u16(afi.IPv6).u8(safiUnicast).u8(16)
    writeAddress(writer, nextHop)
    writer.u8(0)
    for (const { nlri } of routes) writer.latin1(nlri)
  })
}

export function encodeUnreach(routes: readonly { readonly nlri: Nlri }[], prefixOctets: number): Uint8Array {
  return encodeAttribute(AttributeKind.OptionalNonTransitive, AttributeType.MpUnreachNlri, 3 + prefixOctets, (writer) => {
    writer.u16(afi.IPv6).u8(safiUnicast)
    for (const { nlri } of routes) writer.latin1(nlri)
  })
}

export function writeAddress(writer: Writer, address: Address): void {
  if (address.family === 'IPv4') writer.u32(address.value)
  else for (let shift = 96n; shift >= 0n; shift -= 32n) writer.u32(Number((address.value >> shift) & 0xffff_ffffn))
}

/** How many prefixes; undefined when they cannot be told apart. Those of families that are not ours count none. */
export function countReach(value: Uint8Array): Result<number | undefined, DecodeError> {
  return decode(new Reader(value), (reader) => {
    const family = familyOf(reader.u16(), reader.u8())
    const nextHopLength = reader.u8()
    reader.skip(nextHopLength)
    reader.skip(1)
    if (family === undefined) return 0
    return isNextHopLength(nextHopLength) ? countPrefixes(reader, family) : undefined
  })
}

/** One IPv4 address, one IPv6 address, or the global and the link-local one (RFC 2545 §3; RFC 8950 §3 for IPv4 routes). */
const isNextHopLength = (octets: number): boolean => octets === 4 || octets === 16 || octets === 32

export function countUnreach(value: Uint8Array): Result<number | undefined, DecodeError> {
  return decode(new Reader(value), (reader) => {
    const family = familyOf(reader.u16(), reader.u8())
    return family === undefined ? 0 : countPrefixes(reader, family)
  })
}
