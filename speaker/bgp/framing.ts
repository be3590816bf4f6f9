// From the octets of a TCP stream to whole messages.

import { fail, ok, type Result } from '../../core/result.ts'
import { concatBytes } from '../bytes.ts'
import { decodeHeader, type Header, headerLength } from './header.ts'
import type { Notification } from './notification.ts'

export interface Frame {
  readonly header: Header
  /** Without the header; shared with the chunk it came in, so whoever keeps it copies it. */
  readonly body: Uint8Array
}

/** Cuts a byte stream into messages. It keeps less than one message (64 KiB) between two chunks. */
export class Framing {
  #rest = new Uint8Array(0);

  /**
   * The messages that are whole with this chunk, in order.
   *
   * The first broken header is the last thing that comes: nobody can tell where the next message would begin.
   */
  *push(chunk: Uint8Array): Generator<Result<Frame, Notification>, void> {
    const bytes = this.#rest.length === 0 ? chunk : concatBytes([this.#rest, chunk])
    let offset = 0
    // Whoever stops iterating has done with the stream, so the rest is put aside first.
    this.#rest = new Uint8Array(0)
    while (bytes.length - offset >= headerLength) {
      const header = decodeHeader(bytes.subarray(offset, offset + headerLength))
      if (!header.ok) {
        yield fail(header.error)
        return
      }
      const end = offset + header.value.length
      if (end > bytes.length) break
      yield ok({ header: header.value, body: bytes.subarray(offset + headerLength, end) })
      offset = end
    }
    this.#rest = bytes.slice(offset)
  }
}
