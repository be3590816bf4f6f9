// What all path attributes have in common: flags, type, length (RFC 4271 §4.3).
import { type Reader, Writer } from '../bytes.ts'

export const AttributeType = {
  Origin: 1,
  AsPath: 2,
  NextHop: 3,
  MultiExitDisc: 4,
  LocalPref: 5,
  AtomicAggregate: 6,
  Aggregator: 7,
  Communities: 8,
  OriginatorId: 9,
  ClusterList: 10,
  MpReachNlri: 14,
  MpUnreachNlri: 15,
  ExtendedCommunities: 16,
  As4Path: 17,
  As4Aggregator: 18,
  LargeCommunities: 32,
} as const

/** The two flags that tell what kind an attribute is. */
export const AttributeKind = { WellKnown: 0x40, OptionalNonTransitive: 0x80, OptionalTransitive: 0xc0 } as const
export type AttributeKind = (typeof AttributeKind)[keyof typeof AttributeKind]

const optionalFlag = 0x80
const extendedLengthFlag = 0x10
const kindMask = 0xc0

export interface PathAttribute {
  readonly flags: number
  readonly type: number
  /** Shared with the message. */
  readonly value: Uint8Array
}

export const isOptional = ({ flags }: PathAttribute): boolean => (flags & optionalFlag) !== 0

export const hasKind = ({ flags }: PathAttribute, kind: AttributeKind): boolean => (flags & kindMask) === kind

export function readAttribute(reader: Reader): PathAttribute {
  const flags = reader.u8()
  const type = reader.u8()
  const length = (flags & extendedLengthFlag) === 0 ? reader.u8() : reader.u16()
  return { flags, type, value: reader.take(length) }
}

/** A whole attribute, whose value is `length` octets that `write` fills. The length takes two octets only where one is too small. */
export function encodeAttribute(kind: AttributeKind, type: number, length: number, write: (writer: Writer) => void): Uint8Array {
  const isLong = length > 255
  const bytes = new Uint8Array((isLong ? 4 : 3) + length)
  const writer = new Writer(bytes)
  if (isLong)
    writer
      .u8(kind | extendedLengthFlag)
      .u8(type)
      .u16(length)
  else writer.u8(kind).u8(type).u8(length)
  write(writer)
  return bytes
}
