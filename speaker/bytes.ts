// The one way bytes are read and written: cursors that cannot leave their buffer.
import { fail, ok, type Result } from '../core/result.ts'

export type Endianness = 'big' | 'little'

/** A peer sent fewer bytes than its own format needs. Thrown by the cursors only, and turned into a value by `decode`. */
class OutOfBounds extends Error {
  override readonly name = 'OutOfBounds'
  readonly offset: number

  constructor(wanted: number, offset: number, length: number) {
    super(`${wanted} octets wanted at offset ${offset} of ${length}`)
    this.offset = offset
  }
}

export interface DecodeError {
  readonly reason: 'truncated'
  /** Octets from the start of the buffer (or of the `sub` reader) to where the missing ones were looked for. */
  readonly offset: number
}

/**
 * Reads a buffer front to back. Integers are unsigned; `u48` is exact, being below 2^53.
 *
 * Nothing is copied: `take` shares memory with the buffer, so whoever keeps the octets copies them.
 */
export class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #little: boolean
  #offset = 0

  constructor(bytes: Uint8Array, endianness: Endianness = 'big') {
    this.#bytes = bytes
    this.#view = viewOf(bytes)
    this.#little = endianness === 'little'
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), this.#little)
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), this.#little)
  }

  u48(): number {
    const start = this.#advance(6)
    return this.#little
      ? this.#view.getUint16(start + 4, true) * 2 ** 32 + this.#view.getUint32(start, true)
      : this.#view.getUint16(start) * 2 ** 32 + this.#view.getUint32(start + 2)
  }

  skip(length: number): void {
    this.#advance(length)
  }

  /** The next `length` octets, shared with the buffer. */
  take(length: number): Uint8Array {
    const start = this.#advance(length)
    return this.#bytes.subarray(start, start + length)
  }

  /** A child reader over the next `length` octets: it cannot read past its own TLV. */
  sub(length: number): Reader {
    return new Reader(this.take(length), this.#little ? 'little' : 'big')
  }

  #advance(length: number): number {
    const start = this.#offset
    if (length < 0 || length > this.#bytes.length - start) throw new OutOfBounds(length, start, this.#bytes.length)
    this.#offset = start + length
    return start
  }
}

/** Fills a buffer front to back. What does not fit is our own mistake and throws. */
export class Writer {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #little: boolean
  #offset = 0

  constructor(bytes: Uint8Array, endianness: Endianness = 'big') {
    this.#bytes = bytes
    this.#view = viewOf(bytes)
    this.#little = endianness === 'little'
  }

  /** Octets written so far. */
  get length(): number {
    return this.#offset
  }

  u8(value: number): this {
    this.#view.setUint8(this.#advance(1), value)
    return this
  }

  u16(value: number): this {
    this.#view.setUint16(this.#advance(2), value, this.#little)
    return this
  }

  u32(value: number): this {
    this.#view.setUint32(this.#advance(4), value, this.#little)
    return this
  }

  u48(value: number): this {
    const start = this.#advance(6)
    const high = Math.floor(value / 2 ** 32)
    this.#view.setUint16(this.#little ? start + 4 : start, high, this.#little)
    this.#view.setUint32(this.#little ? start : start + 2, value - high * 2 ** 32, this.#little)
    return this
  }

  /** Copies octets. */
  put(octets: Uint8Array): this {
    this.#bytes.set(octets, this.#advance(octets.length))
    return this
  }

  /** Octets that a string carries, one in each of its characters. */
  latin1(text: string): this {
    const start = this.#advance(text.length)
    for (let index = 0; index < text.length; index += 1) this.#bytes[start + index] = text.charCodeAt(index)
    return this
  }

  #advance(length: number): number {
    const start = this.#offset
    if (length > this.#view.byteLength - start)
      throw new RangeError(`${length} octets do not fit at offset ${start} of ${this.#view.byteLength}`)
    this.#offset = start + length
    return start
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  const writer = new Writer(whole)
  for (const part of parts) writer.put(part)
  return whole
}

/** Runs a decoder over a buffer: octets that are missing become a value, every other throw is our own mistake and goes on. */
export function decode<T>(reader: Reader, read: (reader: Reader) => T): Result<T, DecodeError> {
  try {
    return ok(read(reader))
  } catch (error) {
    if (error instanceof OutOfBounds) return fail({ reason: 'truncated', offset: error.offset })
    throw error
  }
}
