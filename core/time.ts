// Branded numbers for time: milliseconds and points in time do not mix by accident.
declare const unit: unique symbol
type Unit<Name extends string> = number & { readonly [unit]: Name }

/** A length of time in milliseconds. */
export type Millis = Unit<'Millis'>

/** A point in time in milliseconds; monotonic or since the epoch, as whoever keeps it says. */
export type Instant = Unit<'Instant'>

export const millis = (count: number): Millis => count as Millis

export const instant = (count: number): Instant => count as Instant

export const after = (start: Instant, length: Millis): Instant => (start + length) as Instant
