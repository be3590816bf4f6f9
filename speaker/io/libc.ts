// The only door to the C library: system calls that Node has no word for. Nothing else in the project calls foreign code.
//
// The rule for reviewers: a wrong length or address is not noticed by anybody and destroys memory. So each function here takes a Buffer and passes
// that Buffer's own length; no caller hands over a pointer or a size. Calls are synchronous only (koffi's `.async` is unsafe in worker threads).

import { getSystemErrorName } from 'node:util'
import { errno, load } from 'koffi'

const library = load(null)

type Scalar = number
type Call = (...values: readonly (Scalar | Uint8Array | null)[]) => number

const calls = {
  socket: library.func('int socket(int, int, int)') as Call,
  bind: library.func('int bind(int, const void *, uint32_t)') as Call,
  setsockopt: library.func('int setsockopt(int, int, int, const void *, uint32_t)') as Call,
  ppoll: library.func('int ppoll(void *, unsigned long, const void *, const void *)') as Call,
  recvfrom: library.func('intptr_t recvfrom(int, void *, size_t, int, void *, void *)') as Call,
  send: library.func('intptr_t send(int, const void *, size_t, int)') as Call,
  close: library.func('int close(int)') as Call,
  eventfd: library.func('int eventfd(unsigned int, int)') as Call,
  read: library.func('intptr_t read(int, void *, size_t)') as Call,
  write: library.func('intptr_t write(int, const void *, size_t)') as Call,
}

/** What the system call gave, or minus errno, as the kernel itself says it. */
export type Outcome = number

function outcome(result: number): Outcome {
  return result === -1 ? -errno() : result
}

/** A system call that failed, as a value. */
export interface SystemFailure {
  readonly call: string
  /** 'EPERM', 'ENODEV' … */
  readonly code: string
}

export function failureOf(call: string, result: Outcome): SystemFailure {
  return { call, code: getSystemErrorName(result) }
}

/** A signal came first: not a failure. */
export const interrupted: Outcome = -4

/** Numbers of Linux, the same on x64 and arm64. */
export const constants = {
  AF_NETLINK: 16,
  AF_PACKET: 17,
  SOCK_RAW: 3,
  SOCK_CLOEXEC: 0o2000000,
  SOCK_NONBLOCK: 0o4000,
  SOL_SOCKET: 1,
  SO_RCVTIMEO: 20,
  SO_RCVBUF: 8,
  SO_RCVBUFFORCE: 33,
  SOL_PACKET: 263,
  PACKET_IGNORE_OUTGOING: 23,
  MSG_TRUNC: 0x20,
  POLLIN: 0x1,
  POLLNVAL: 0x20,
  EFD_CLOEXEC: 0o2000000,
  EFD_NONBLOCK: 0o4000,
} as const

export function socket(domain: number, type: number, protocol: number): Outcome {
  return outcome(calls.socket(domain, type, protocol))
}

/** @param address a `struct sockaddr_*` as bytes */
export function bind(fd: number, address: Uint8Array): Outcome {
  return outcome(calls.bind(fd, address, address.length))
}

export function setOption(fd: number, level: number, name: number, value: Uint8Array): Outcome {
  return outcome(calls.setsockopt(fd, level, name, value, value.length))
}

/** `int` as bytes, for `setOption`. */
export function intOption(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

/**
 * Receives one datagram.
 *
 * @param into gets as much of it as it holds
 * @param sender gets a `struct sockaddr_*`; null when nobody asks
 * @returns with MSG_TRUNC the octets of the whole datagram, which may be more than `into` holds
 */
export function receive(fd: number, into: Uint8Array, flags: number, sender: Uint8Array | null): Outcome {
  if (sender === null) return outcome(calls.recvfrom(fd, into, into.length, flags, null, null))
  senderLength.writeUInt32LE(sender.length)
  return outcome(calls.recvfrom(fd, into, into.length, flags, sender, senderLength))
}

/** Value and result of `recvfrom`: how much the sender's buffer holds. */
const senderLength = Buffer.alloc(4)

export function send(fd: number, bytes: Uint8Array): Outcome {
  return outcome(calls.send(fd, bytes, bytes.length, 0))
}

export function close(fd: number): Outcome {
  return outcome(calls.close(fd))
}

/** A counter that `poll` wakes for; see eventfd(2). */
export function eventfd(): Outcome {
  return outcome(calls.eventfd(0, constants.EFD_CLOEXEC | constants.EFD_NONBLOCK))
}

const one = Buffer.alloc(8)
one.writeUInt32LE(1)
const counter = Buffer.alloc(8)

/** Adds one: whoever polls the eventfd wakes. */
export function raise(fd: number): Outcome {
  return outcome(calls.write(fd, one, one.length))
}

/** Takes the eventfd back to zero. */
export function lower(fd: number): Outcome {
  return outcome(calls.read(fd, counter, counter.length))
}

/** The `struct pollfd` array of one poll: which descriptors, and which of them have something. */
export class PollSet {
  readonly #entries: Buffer
  readonly #count: number
  readonly #timeout = Buffer.alloc(16)

  /** Each is polled for input. */
  constructor(fds: readonly number[]) {
    this.#count = fds.length
    this.#entries = Buffer.alloc(pollfdLength * fds.length)
    for (const [index, fd] of fds.entries()) {
      this.#entries.writeInt32LE(fd, index * pollfdLength)
      this.#entries.writeInt16LE(constants.POLLIN, index * pollfdLength + 4)
    }
  }

  /**
   * Blocks the thread until a descriptor has something or the time is over.
   *
   * @param timeoutMs below 2^31 s; fractions count
   * @returns how many have something
   */
  wait(timeoutMs: number): Outcome {
    const seconds = Math.floor(timeoutMs / 1000)
    this.#timeout.writeUInt32LE(seconds, 0)
    this.#timeout.writeUInt32LE(Math.round((timeoutMs - seconds * 1000) * 1e6) % 1e9, 8)
    return outcome(calls.ppoll(this.#entries, this.#count, this.#timeout, null))
  }

  /** `revents` of the descriptor at this place of the list; 0 when it has nothing. */
  events(index: number): number {
    return this.#entries.readInt16LE(index * pollfdLength + 6)
  }
}

const pollfdLength = 8
