// BGP messages of a capture, and when each was complete on the wire. Not the product's codec: a judge that shares a mistake sees none. Pure.
import { decode, Reader } from '../../speaker/bytes.ts'
import type { Segment } from './pcap.ts'

export const MessageType = { Open: 1, Update: 2, Notification: 3, Keepalive: 4 } as const

export interface BgpMessage {
  /** When its last octet was seen, milliseconds since 1970. */
  readonly atMs: number
  /** The address that it came from. */
  readonly from: string
  /** The TCP connection: the same for both directions. */
  readonly connection: string
  readonly type: number
  /** Octets, header included. */
  readonly length: number
  /** IPv4 prefixes; 0 for everything but UPDATE. */
  readonly announced: number
  readonly withdrawn: number
}

const headerLength = 19

/** Octets of one direction of one connection, put back in order. */
class Stream {
  #next: number | undefined
  #pending = new Map<number, Uint8Array>()
  #rest: Uint8Array = new Uint8Array(0)

  /** @returns the messages that this segment completed */
  push({ sequence, isSyn, payload }: Segment): readonly Uint8Array[] {
    if (isSyn) this.#next = (sequence + 1) >>> 0
    if (payload.length === 0) return []
    this.#next ??= sequence
    this.#pending.set(sequence, payload)
    const parts = [this.#rest]
    for (let part = this.#take(); part !== undefined; part = this.#take()) parts.push(part)
    const [messages, rest] = split(Buffer.concat(parts))
    this.#rest = rest
    return messages
  }

  /** What continues the stream, without what was there before. */
  #take(): Uint8Array | undefined {
    for (const [sequence, payload] of this.#pending) {
      const known = ((this.#next ?? 0) - sequence) | 0
      if (known < 0) continue
      this.#pending.delete(sequence)
      if (known >= payload.length) continue
      this.#next = (sequence + payload.length) >>> 0
      return payload.subarray(known)
    }
    return undefined
  }
}

function split(bytes: Uint8Array): readonly [readonly Uint8Array[], Uint8Array] {
  const messages: Uint8Array[] = []
  let offset = 0
  while (bytes.length - offset >= headerLength) {
    const length = new Reader(bytes.subarray(offset + 16, offset + 18)).u16()
    if (length < headerLength) throw new Error(`a BGP message of ${length} octets`)
    if (bytes.length - offset < length) break
    messages.push(bytes.subarray(offset, offset + length))
    offset += length
  }
  return [messages, bytes.subarray(offset)]
}

/** Every message of every connection, in the order of their ends. */
export function readMessages(segments: readonly Segment[]): readonly BgpMessage[] {
  const streams = new Map<string, Stream>()
  return segments.flatMap((segment) => {
    const key = `${segment.from} ${segment.to}`
    const stream = streams.get(key) ?? new Stream()
    streams.set(key, stream)
    const connection = [segment.from, segment.to].toSorted().join(' ')
    const from = segment.from.split(':')[0] ?? ''
    return stream.push(segment).map((message) => ({ atMs: segment.atMs, from, connection, ...readMessage(message) }))
  })
}

function readMessage(message: Uint8Array): Pick<BgpMessage, 'type' | 'length' | 'announced' | 'withdrawn'> {
  const reader = new Reader(message)
  reader.skip(18)
  const type = reader.u8()
  const nothing = { type, length: message.length, announced: 0, withdrawn: 0 }
  if (type !== MessageType.Update) return nothing
  const counts = decode(reader, (body) => {
    const withdrawn = countPrefixes(body.sub(body.u16()))
    body.skip(body.u16())
    return { withdrawn, announced: countPrefixes(body) }
  })
  if (!counts.ok) throw new Error(`an UPDATE that ends at ${counts.error.offset}`)
  return { ...nothing, ...counts.value }
}

function countPrefixes(reader: Reader): number {
  let count = 0
  for (; reader.remaining > 0; count += 1) reader.skip(Math.ceil(reader.u8() / 8))
  return count
}
