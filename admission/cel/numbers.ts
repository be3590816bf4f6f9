// Arithmetic with the bounds of 64 bits: what leaves them is an error, never a wrapped number.
import { CelFailure } from './failure.ts'
import { Duration, Timestamp, Uint } from './values.ts'

const lowestInt = -(2n ** 63n)
const highestInt = 2n ** 63n - 1n
const highestUint = 2n ** 64n - 1n

export function int(value: bigint): bigint {
  if (value < lowestInt || value > highestInt) throw new CelFailure('integer overflow')
  return value
}

export function uint(value: bigint): Uint {
  if (value < 0n || value > highestUint) throw new CelFailure('unsigned integer overflow')
  return new Uint(value)
}

/** Towards zero. */
export function intOfDouble(value: number): bigint {
  // 2^63 itself is a double, 2^63 - 1 is not: the bounds are open.
  if (!(value > -(2 ** 63) && value < 2 ** 63)) throw new CelFailure('integer overflow')
  return BigInt(Math.trunc(value))
}

export function uintOfDouble(value: number): Uint {
  if (!(value > -1 && value < 2 ** 64)) throw new CelFailure('unsigned integer overflow')
  return new Uint(BigInt(Math.trunc(value)))
}

export function divide(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new CelFailure('division by zero')
  return a / b
}

export function modulo(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new CelFailure('modulus by zero')
  return a % b
}

export const nanosPerSecond = 1_000_000_000n

/** CEL's durations span ± 10,000 years, in 64 bits of nanoseconds in Go: ± 292 years. */
export function duration(nanos: bigint): Duration {
  if (nanos < lowestInt || nanos > highestInt) throw new CelFailure('duration out of range')
  return new Duration(nanos)
}

const firstSecond = -62_135_596_800n
const lastSecond = 253_402_300_799n

/** From 0001-01-01 to 9999-12-31. */
export function timestamp(nanos: bigint): Timestamp {
  if (nanos < firstSecond * nanosPerSecond || nanos >= (lastSecond + 1n) * nanosPerSecond) throw new CelFailure('timestamp out of range')
  return new Timestamp(nanos)
}
