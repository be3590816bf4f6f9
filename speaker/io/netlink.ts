// The octets of rtnetlink that we need: asking for all interfaces, and reading the answer; see rtnetlink(7). In the machine's order of octets.
import type { Result } from '../../core/result.ts'
import { type DecodeError, decode, Reader, Writer } from '../bytes.ts'
import { type Mac, mac } from '../l2/arp.ts'

export interface NetworkInterface {
  readonly index: number
  readonly name: string
  /** Absent when its hardware address is not one of Ethernet. */
  readonly mac: Mac | undefined
  readonly isUp: boolean
  /** Up and with a carrier. */
  readonly isRunning: boolean
  readonly isBroadcast: boolean
  /** Hardware addresses are not resolved on it. */
  readonly isNoArp: boolean
  /** Part of a bridge, bond or VRF. */
  readonly isEnslaved: boolean
}

const RTM_NEWLINK = 16
const RTM_GETLINK = 18
const NLMSG_ERROR = 2
const NLMSG_DONE = 3
const NLM_F_REQUEST = 0x1
const NLM_F_DUMP = 0x300
const NLM_F_DUMP_INTR = 0x10
const IFLA_ADDRESS = 1
const IFLA_IFNAME = 3
const IFLA_MASTER = 10
const IFLA_EXT_MASK = 29
const RTEXT_FILTER_SKIP_STATS = 8
const IFF_UP = 0x1
const IFF_BROADCAST = 0x2
const IFF_RUNNING = 0x40
const IFF_NOARP = 0x80
const headerLength = 16
const interfaceMessageLength = 16
const attributeHeaderLength = 4
const macLength = 6

/** A request for every interface, without its statistics. */
export function interfaceRequest(): Uint8Array {
  const bytes = new Uint8Array(headerLength + interfaceMessageLength + attributeHeaderLength + 4)
  const header = new Writer(bytes, 'little')
    .u32(bytes.length)
    .u16(RTM_GETLINK)
    .u16(NLM_F_REQUEST | NLM_F_DUMP)
  header.u32(0).u32(0)
  const attribute = bytes.subarray(headerLength + interfaceMessageLength)
  new Writer(attribute, 'little').u16(attribute.length).u16(IFLA_EXT_MASK).u32(RTEXT_FILTER_SKIP_STATS)
  return bytes
}

export interface InterfacePart {
  readonly interfaces: readonly NetworkInterface[]
  /** Nothing follows. */
  readonly isLast: boolean
  /** Interfaces changed while they were listed: ask again once the rest is read. */
  readonly isInterrupted: boolean
  /** The kernel answered with an error. */
  readonly isRefused: boolean
}

/** Reads one datagram of the answer. */
export function decodeInterfaces(datagram: Uint8Array): Result<InterfacePart, DecodeError> {
  return decode(new Reader(datagram, 'little'), (reader) => {
    const interfaces: NetworkInterface[] = []
    const types = new Set<number>()
    let isInterrupted = false
    while (reader.remaining > 0) {
      const length = reader.u32()
      const type = reader.u16()
      const flags = reader.u16()
      reader.skip(8)
      const body = reader.sub(length - headerLength)
      reader.skip(Math.min(padding(length), reader.remaining))
      types.add(type)
      if (type === RTM_NEWLINK) interfaces.push(readInterface(body))
      if ((flags & NLM_F_DUMP_INTR) !== 0) isInterrupted = true
    }
    return { interfaces, isLast: types.has(NLMSG_DONE), isInterrupted, isRefused: types.has(NLMSG_ERROR) }
  })
}

function readInterface(body: Reader): NetworkInterface {
  body.skip(4)
  const index = body.u32()
  const flags = body.u32()
  body.skip(4)
  let name = ''
  let address: Mac | undefined
  let isEnslaved = false
  while (body.remaining >= attributeHeaderLength) {
    const length = body.u16()
    const type = body.u16()
    const value = body.take(length - attributeHeaderLength)
    body.skip(Math.min(padding(length), body.remaining))
    if (type === IFLA_IFNAME) name = Buffer.from(value).toString('utf8').replace(/\0.*$/s, '')
    if (type === IFLA_ADDRESS && value.length === macLength) address = mac(new Reader(value).u48())
    if (type === IFLA_MASTER) isEnslaved = true
  }
  return {
    index,
    name,
    mac: address,
    isUp: (flags & IFF_UP) !== 0,
    isRunning: (flags & IFF_RUNNING) !== 0,
    isBroadcast: (flags & IFF_BROADCAST) !== 0,
    isNoArp: (flags & IFF_NOARP) !== 0,
    isEnslaved,
  }
}

/** Messages and attributes begin at multiples of four. */
function padding(length: number): number {
  return (4 - (length % 4)) % 4
}
