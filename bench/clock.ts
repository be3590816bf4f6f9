// The machine's monotonic clock: processes of this machine can compare what they read from it.

/** Milliseconds since the boot, with fractions. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
