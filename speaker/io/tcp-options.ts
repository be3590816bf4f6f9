// TCP sockets with the options that BGP needs and Node has no word for; see tcp(7), ip(7), ipv6(7).
import type { Address, Family } from '../../core/address.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { Writer } from '../bytes.ts'
import { bind, close, constants, failureOf, intOption, type SystemFailure, setOption, socket } from './libc.ts'

const familyNumber = { IPv4: 2, IPv6: 10 } as const satisfies Readonly<Record<Family, number>>
const sockStream = 1
const soReuseAddress = 2

const level = { ip: 0, tcp: 6, ipv6: 41 } as const
const ipOptions = { tos: 1, ttl: 2 } as const
const ipv6Options = { unicastHops: 16, v6Only: 26, trafficClass: 67 } as const
const tcpOptions = { md5: 14, userTimeout: 18 } as const

/** CS6, for the network's own traffic (RFC 4594 §3.1). */
const networkControl = 0xc0

/** The longest key that the kernel takes (TCP_MD5SIG_MAXKEYLEN). */
const longestMd5Key = 80

/** A `sockaddr_in` or `sockaddr_in6`: the family in the order of the machine, everything else in that of the network. */
function socketAddress(address: Address, port: number): Uint8Array {
  const isIPv4 = address.family === 'IPv4'
  const bytes = new Uint8Array(isIPv4 ? 16 : 28)
  new Writer(bytes, 'little').u16(familyNumber[address.family])
  const rest = new Writer(bytes.subarray(2)).u16(port)
  if (isIPv4) rest.u32(address.value)
  else {
    rest.u32(0)
    for (let shift = 96n; shift >= 0n; shift -= 32n) rest.u32(Number((address.value >> shift) & 0xffff_ffffn))
  }
  return bytes
}

export interface TcpSocketOptions {
  readonly family: Family
  /** Where to bind; undefined leaves it to the kernel. */
  readonly bindTo?: { readonly address: Address; readonly port: number }
  readonly listens?: boolean
}

/** @returns the descriptor, non-blocking; whoever gets it closes it */
export function openTcpSocket({ family, bindTo, listens = false }: TcpSocketOptions): Result<number, SystemFailure> {
  const fd = socket(familyNumber[family], sockStream | constants.SOCK_NONBLOCK | constants.SOCK_CLOEXEC, 0)
  if (fd < 0) return fail(failureOf('socket', fd))
  if (listens) setOption(fd, constants.SOL_SOCKET, soReuseAddress, intOption(1))
  // Each family has a listener of its own: the key of an IPv4 peer would not be found for its mapped address.
  if (family === 'IPv6') setOption(fd, level.ipv6, ipv6Options.v6Only, intOption(1))
  if (bindTo === undefined) return ok(fd)
  const bound = bind(fd, socketAddress(bindTo.address, bindTo.port))
  if (bound >= 0) return ok(fd)
  close(fd)
  return fail(failureOf('bind', bound))
}

/** Hops that our packets may take, and their class for the routers on the way. */
export function setHops(fd: number, family: Family, hops: number): void {
  if (family === 'IPv4') {
    setOption(fd, level.ip, ipOptions.ttl, intOption(hops))
    setOption(fd, level.ip, ipOptions.tos, intOption(networkControl))
  } else {
    setOption(fd, level.ipv6, ipv6Options.unicastHops, intOption(hops))
    setOption(fd, level.ipv6, ipv6Options.trafficClass, intOption(networkControl))
  }
}

/** After this time without acknowledgement the kernel gives the connection up, where it would otherwise try for a quarter of an hour (RFC 5482). */
export function setUserTimeout(fd: number, milliseconds: number): void {
  setOption(fd, level.tcp, tcpOptions.userTimeout, intOption(milliseconds))
}

/**
 * The password of all segments from and to a peer (RFC 2385), of a socket that connects or listens.
 *
 * @param password undefined removes it; at most 80 octets of UTF-8
 */
export function setMd5Password(fd: number, peer: Address, password: string | undefined): Result<true, SystemFailure> {
  const key = new TextEncoder().encode(password ?? '')
  // struct tcp_md5sig: sockaddr_storage of 128 octets, flags, prefix length, key length, interface, key.
  const bytes = new Uint8Array(216)
  const writer = new Writer(bytes, 'little').put(socketAddress(peer, 0))
  writer
    .put(new Uint8Array(128 - writer.length))
    .u16(0)
    .u16(key.length)
    .u32(0)
    .put(key.subarray(0, longestMd5Key))
  const set = setOption(fd, level.tcp, tcpOptions.md5, bytes)
  return set < 0 ? fail(failureOf('TCP_MD5SIG', set)) : ok(true)
}
