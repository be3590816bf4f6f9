// Which interfaces ARP is spoken on, and how we learn that they changed.
import { fail, ok, type Result } from '../../core/result.ts'
import { Writer } from '../bytes.ts'
import type { Link } from '../l2/responder.ts'
import { bind, close, constants, failureOf, receive, type SystemFailure, send, setOption, socket } from './libc.ts'
import { decodeInterfaces, interfaceRequest, type NetworkInterface } from './netlink.ts'

/** MetalLB's list: container bridges, tunnels, pods' ends. Unanchored where it is. */
export const excludedInterfaces: readonly RegExp[] = [
  /^docker.*/,
  /^cbr.*/,
  /^dummy.*/,
  /^virbr.*/,
  /^lxcbr.*/,
  /^veth.*/,
  /^lo$/,
  /^cali.*/,
  /^tunl.*/,
  /^flannel.*/,
  /^kube-ipvs.*/,
  /^cni.*/,
  /^nodelocaldns.*/,
  /^lxc.*/,
]

/** Up with a carrier, not part of a bridge, bond or VRF, and of a kind that resolves addresses by ARP on Ethernet. */
export function arpLinks(interfaces: readonly NetworkInterface[], excluded: readonly RegExp[]): readonly Link[] {
  return interfaces.flatMap(({ index, name, mac, isUp, isRunning, isBroadcast, isNoArp, isEnslaved }) => {
    const isUsable = isUp && isRunning && isBroadcast && !isNoArp && !isEnslaved
    if (!isUsable || mac === undefined || excluded.some((pattern) => pattern.test(name))) return []
    return [{ index, name, mac }]
  })
}

const netlinkRoute = 0
const groupLink = 0x1
const attempts = 5

/** Every interface of this network namespace; the kernel answers within the call. */
export function listInterfaces(): Result<readonly NetworkInterface[], SystemFailure> {
  const fd = socket(constants.AF_NETLINK, constants.SOCK_RAW | constants.SOCK_CLOEXEC, netlinkRoute)
  if (fd < 0) return fail(failureOf('socket', fd))
  try {
    setOption(fd, constants.SOL_SOCKET, constants.SO_RCVTIMEO, oneSecond)
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const listed = listOnce(fd)
      if (!listed.ok) return listed
      if (listed.value !== 'interrupted') return ok(listed.value)
    }
    return fail({ call: 'RTM_GETLINK', code: 'EINTR' })
  } finally {
    close(fd)
  }
}

function listOnce(fd: number): Result<readonly NetworkInterface[] | 'interrupted', SystemFailure> {
  const sent = send(fd, interfaceRequest())
  if (sent < 0) return fail(failureOf('send', sent))
  const interfaces: NetworkInterface[] = []
  let isInterrupted = false
  const buffer = Buffer.alloc(64 << 10)
  for (;;) {
    const length = receive(fd, buffer, 0, null)
    if (length < 0) return fail(failureOf('recvfrom', length))
    const part = decodeInterfaces(buffer.subarray(0, length))
    if (!part.ok) return fail({ call: 'RTM_GETLINK', code: 'EBADMSG' })
    if (part.value.isRefused) return fail({ call: 'RTM_GETLINK', code: 'EINVAL' })
    interfaces.push(...part.value.interfaces)
    isInterrupted ||= part.value.isInterrupted
    if (part.value.isLast) return ok(isInterrupted ? 'interrupted' : interfaces)
  }
}

const oneSecond = new Uint8Array(16)
new Writer(oneSecond, 'little').u32(1)

/** A descriptor that has something to read whenever an interface came, went or changed. What it says is a hint: `listInterfaces` tells the truth. */
export function openInterfaceEvents(): Result<number, SystemFailure> {
  const fd = socket(constants.AF_NETLINK, constants.SOCK_RAW | constants.SOCK_NONBLOCK | constants.SOCK_CLOEXEC, netlinkRoute)
  if (fd < 0) return fail(failureOf('socket', fd))
  const address = new Uint8Array(12)
  new Writer(address, 'little').u16(constants.AF_NETLINK).u16(0).u32(0).u32(groupLink)
  const bound = bind(fd, address)
  if (bound >= 0) return ok(fd)
  close(fd)
  return fail(failureOf('bind', bound))
}
