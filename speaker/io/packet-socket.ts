// An AF_PACKET socket that hears the ARP frames of one interface and sends frames on it; see packet(7).
import { fail, ok, type Result } from '../../core/result.ts'
import { Writer } from '../bytes.ts'
import { bind, close, constants, failureOf, intOption, type SystemFailure, setOption, socket } from './libc.ts'

const etherTypeArp = 0x0806

/** Octets of `struct sockaddr_ll`. */
export const linkAddressLength = 20

/** Room for some five thousand questions that arrive at once; the kernel counts 768 octets for the shortest frame. */
const receiveBuffer = 4 << 20

/**
 * @param index of the interface
 * @returns the descriptor, non-blocking; the caller closes it
 */
export function openPacketSocket(index: number): Result<number, SystemFailure> {
  // Protocol 0 hears nothing: without it, frames of every interface would arrive until `bind` names one.
  const fd = socket(constants.AF_PACKET, constants.SOCK_RAW | constants.SOCK_NONBLOCK | constants.SOCK_CLOEXEC, 0)
  if (fd < 0) return fail(failureOf('socket', fd))
  // Both are comfort: the force needs NET_ADMIN, and what we send ourselves is told apart by its packet type too.
  if (setOption(fd, constants.SOL_SOCKET, constants.SO_RCVBUFFORCE, intOption(receiveBuffer)) < 0) {
    setOption(fd, constants.SOL_SOCKET, constants.SO_RCVBUF, intOption(receiveBuffer))
  }
  setOption(fd, constants.SOL_PACKET, constants.PACKET_IGNORE_OUTGOING, intOption(1))
  const bound = bind(fd, linkAddress(index))
  if (bound >= 0) return ok(fd)
  close(fd)
  return fail(failureOf('bind', bound))
}

/** Whether this process may open packet sockets at all. */
export function canOpenPacketSockets(): Result<true, SystemFailure> {
  const fd = socket(constants.AF_PACKET, constants.SOCK_RAW | constants.SOCK_CLOEXEC, 0)
  if (fd < 0) return fail(failureOf('socket', fd))
  close(fd)
  return ok(true)
}

/** `sll_family` and `sll_ifindex` in the order of the machine, `sll_protocol` in that of the network. */
function linkAddress(index: number): Uint8Array {
  const bytes = new Uint8Array(linkAddressLength)
  new Writer(bytes, 'little').u16(constants.AF_PACKET).u16(0).u32(index)
  new Writer(bytes.subarray(2)).u16(etherTypeArp)
  return bytes
}

/** Whether the kernel took a received frame for one to this host or to everybody: what carries a VLAN tag that nobody unpacked is neither. */
export function isForUs(sender: Uint8Array): boolean {
  const packetType = sender[packetTypeOffset]
  return packetType === packetHost || packetType === packetBroadcast
}

const packetTypeOffset = 10
const packetHost = 0
const packetBroadcast = 1
