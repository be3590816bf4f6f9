// The machine's clocks: processes of this machine can compare what they read from them.

/** Milliseconds since the boot, with fractions, by the monotonic clock. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/**
 * What to add to the monotonic clock to have the one that stamps packets and messages of the kernel, milliseconds since 1970. To be taken anew for each
 * measurement, because the two drift apart; Date.now() alone counts whole milliseconds.
 */
export function wallOffset(): number {
  const before = Date.now()
  let now = before
  while (now === before) now = Date.now()
  return now - monotonicMs()
}
