// A table of routes as an MRT dump, which GoBGP loads: TABLE_DUMP_V2 of RFC 6396. Pure.
import { Writer } from '../../speaker/bytes.ts'
import { senderEnd } from './link.ts'
import { addressNumber } from './prefixes.ts'

const tableDumpV2 = 13
const peerIndexTable = 1
const ribIpv4Unicast = 2
const headerLength = 12
const peerTableLength = 6 + 2 + 13
const peerWithFourOctetAs = 2

/** ORIGIN IGP, an empty AS_PATH, NEXT_HOP of the sender (RFC 4271 §4.3). */
const attributes = [0x40, 1, 1, 0, 0x40, 2, 0, 0x40, 3, 4, ...senderEnd.address.split('.').map(Number)]
const ribLength = 4 + 5 + 2 + 8 + attributes.length

/** Routes to the first `count` addresses; those of the end come again `repeated` times, for a reader that loses the end. */
export function mrtTable(count: number, repeated: number): Uint8Array {
  const bytes = new Uint8Array(headerLength + peerTableLength + (count + repeated) * (headerLength + ribLength))
  const writer = new Writer(bytes)
  const header = (subtype: number, length: number): Writer => writer.u32(0).u16(tableDumpV2).u16(subtype).u32(length)
  const own = senderEnd.address.split('.').reduce((value, part) => value * 256 + Number(part), 0)
  header(peerIndexTable, peerTableLength).u32(own).u16(0).u16(1)
  writer.u8(peerWithFourOctetAs).u32(own).u32(own).u32(senderEnd.asn)
  for (let sequence = 0; sequence < count + repeated; sequence += 1) {
    const index = sequence < count ? sequence : count - 1 - ((sequence - count) % count)
    header(ribIpv4Unicast, ribLength).u32(sequence).u8(32).u32(addressNumber(index)).u16(1)
    writer.u16(0).u32(0).u16(attributes.length)
    for (const octet of attributes) writer.u8(octet)
  }
  return bytes
}
