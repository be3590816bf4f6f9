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
 * Reads a buffer front to back. Integers are unsigned unless named otherwise; `u48` is exact, being below 2^53.
 *
 * Nothing is copied: `take` shares memory with the buffer, so whoever keeps the octets copies them.
 */
export class Reader {
  readonly #bytes: Uint8Array
  readonly #little: boolean
  #offset = 0

  constructor(bytes: Uint8Array, endianness: Endianness = 'big') {
    this.#bytes = bytes
    this.#little = endianness === 'little'
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  u8(): number {
    return this.#bytes[this.#advance(1)] ?? 0
  }

  u16(): number {
    return this.#integer(2)
  }

  u32(): number {
    return this.#integer(4)
  }

  u48(): number {
    return this.#integer(6)
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

  #integer(size: number): number {
    const start = this.#advance(size)
    let value = 0
    for (let index = 0; index < size; index += 1)
      value = value * 256 + (this.#bytes[this.#little ? start + size - 1 - index : start + index] ?? 0)
    return value
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
  readonly #little: boolean
  #offset = 0

  constructor(bytes: Uint8Array, endianness: Endianness = 'big') {
    this.#bytes = bytes
    this.#little = endianness === 'little'
  }

  /** Octets written so far. */
  get length(): number {
    return this.#offset
  }

  u8(value: number): this {
    return this.#integer(value, 1)
  }

  u16(value: number): this {
    return this.#integer(value, 2)
  }

  u32(value: number): this {
    return this.#integer(value, 4)
  }

  u48(value: number): this {
    return this.#integer(value, 6)
  }

  /** Copies octets. */
  put(octets: Uint8Array): this {
    this.#bytes.set(octets, this.#reserve(octets.length))
    return this
  }

  /** Octets that a string carries, one in each of its characters. */
  latin1(text: string): this {
    const start = this.#reserve(text.length)
    for (let index = 0; index < text.length; index += 1) this.#bytes[start + index] = text.charCodeAt(index)
    return this
  }

  #reserve(size: number): number {
    const start = this.#offset
    if (size > this.#bytes.length - start) throw new RangeError(`${size} octets do not fit at offset ${start} of ${this.#bytes.length}`)
    this.#offset = start + size
    return start
  }

  #integer(value: number, size: number): this {
    const start = this.#reserve(size)
    let rest = value
    for (let index = 0; index < size; index += 1) {
      this.#bytes[this.#little ? start + index : start + size - 1 - index] = rest % 256
      rest = Math.floor(rest / 256)
    }
    return this
  }
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
