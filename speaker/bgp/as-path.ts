// AS_PATH and AS4_PATH (RFC 4271 §4.3, §5.1.2; RFC 6793).
import { Reader } from '../bytes.ts'
import { asTrans } from './open.ts'
import { AttributeKind, AttributeType, encodeAttribute } from './path-attribute.ts'

/** AS_SET, AS_SEQUENCE, and the two of confederations (RFC 5065 §3). */
const lastSegmentType = 4
const asSequence = 2

const largestTwoOctetAs = 0xffff

/**
 * The path of a route that begins here: empty inside the AS, else our AS number alone.
 *
 * @param fourOctets the peer knows AS numbers of four octets; for one that does not, a number that needs them goes beside the path (RFC 6793 §4.2.2)
 */
export function encodeAsPath(localAs: number, isInternal: boolean, fourOctets: boolean): readonly Uint8Array[] {
  if (isInternal) return [encodeAttribute(AttributeKind.WellKnown, AttributeType.AsPath, 0, () => undefined)]
  if (fourOctets) return [fourOctetPath(AttributeKind.WellKnown, AttributeType.AsPath, localAs)]
  const fits = localAs <= largestTwoOctetAs
  const path = encodeAttribute(AttributeKind.WellKnown, AttributeType.AsPath, 4, (writer) =>
    writer
      .u8(asSequence)
      .u8(1)
      .u16(fits ? localAs : asTrans),
  )
  return fits ? [path] : [path, fourOctetPath(AttributeKind.OptionalTransitive, AttributeType.As4Path, localAs)]
}

function fourOctetPath(kind: AttributeKind, type: number, as: number): Uint8Array {
  return encodeAttribute(kind, type, 6, (writer) => writer.u8(asSequence).u8(1).u32(as))
}

/** Whether every segment is of a known type, not empty and whole (RFC 7606 §7.2). */
export function isAsPath(value: Uint8Array, fourOctets: boolean): boolean {
  const reader = new Reader(value)
  while (reader.remaining >= 2) {
    const type = reader.u8()
    const octets = reader.u8() * (fourOctets ? 4 : 2)
    if (type === 0 || type > lastSegmentType || octets === 0 || octets > reader.remaining) return false
    reader.skip(octets)
  }
  return reader.remaining === 0
}
