// The machine's clocks: processes of this machine can compare what they read from them.

/** Milliseconds since the boot, with fractions, by the monotonic clock. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/**
 * The clock that stamps packets, as fine as the monotonic one: Date.now() alone counts whole milliseconds. Made anew for each measurement, because the
 * two clocks drift apart.
 *
 * @returns milliseconds since 1970, with fractions
 */
export function wallClock(): () => number {
  const before = Date.now()
  let now = before
  while (now === before) now = Date.now()
  const offset = now - monotonicMs()
  return () => monotonicMs() + offset
}
