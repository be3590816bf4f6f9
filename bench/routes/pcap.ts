// TCP segments from a capture file, as libpcap writes it. Pure.
import { decode, Reader } from '../../speaker/bytes.ts'

export interface Segment {
  /** Milliseconds since 1970, with fractions. */
  readonly atMs: number
  /** IPv4 address and port of either end: `192.0.2.1:179`. */
  readonly from: string
  readonly to: string
  readonly sequence: number
  readonly isSyn: boolean
  readonly payload: Uint8Array
}

const microseconds = 0xa1b2_c3d4
const nanoseconds = 0xa1b2_3c4d
const ethernet = 1
const etherTypeIpv4 = 0x0800
const protocolTcp = 6
const synFlag = 0x02

/** Reads every TCP segment over IPv4; a record that was cut off ends the file. Throws for what is no capture of Ethernet. */
export function readSegments(file: Uint8Array): readonly Segment[] {
  const little = new Reader(file, 'little').u32()
  const isLittle = little === microseconds || little === nanoseconds
  const reader = new Reader(file, isLittle ? 'little' : 'big')
  const magic = reader.u32()
  if (magic !== microseconds && magic !== nanoseconds) throw new Error('not a capture file')
  const perMs = magic === microseconds ? 1e3 : 1e6
  reader.skip(16)
  if (reader.u32() !== ethernet) throw new Error('not a capture of Ethernet')
  const segments: Segment[] = []
  while (reader.remaining >= 16) {
    const atMs = reader.u32() * 1000 + reader.u32() / perMs
    const length = reader.u32()
    reader.skip(4)
    if (length > reader.remaining) break
    const segment = decode(new Reader(reader.take(length)), (frame) => readFrame(frame, atMs))
    if (segment.ok && segment.value !== undefined) segments.push(segment.value)
  }
  return segments
}

function readFrame(frame: Reader, atMs: number): Segment | undefined {
  frame.skip(12)
  if (frame.u16() !== etherTypeIpv4) return undefined
  const ipHeaderLength = (frame.u8() & 0x0f) * 4
  frame.skip(1)
  const totalLength = frame.u16()
  frame.skip(5)
  if (frame.u8() !== protocolTcp) return undefined
  frame.skip(2)
  const [source, destination] = [readAddress(frame), readAddress(frame)]
  frame.skip(ipHeaderLength - 20)
  // What follows is padding up to the shortest frame.
  const tcp = frame.sub(totalLength - ipHeaderLength)
  const [sourcePort, destinationPort] = [tcp.u16(), tcp.u16()]
  const sequence = tcp.u32()
  tcp.skip(4)
  const tcpHeaderLength = (tcp.u8() >> 4) * 4
  const flags = tcp.u8()
  tcp.skip(tcpHeaderLength - 14)
  return {
    atMs,
    from: `${source}:${sourcePort}`,
    to: `${destination}:${destinationPort}`,
    sequence,
    isSyn: (flags & synFlag) !== 0,
    payload: tcp.take(tcp.remaining),
  }
}

function readAddress(reader: Reader): string {
  return [...reader.take(4)].join('.')
}
