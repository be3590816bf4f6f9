// The routes of a transfer: single addresses from 10.0.0.0 on. Pure.

const first = 0x0a00_0000

/** At most the 2^24 of 10.0.0.0/8. */
export function addressOf(index: number): string {
  const value = first + index
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.')
}

/** The same as a number, network order. */
export function addressNumber(index: number): number {
  return first + index
}

/** One line per route, made by `line` from its address. */
export function lines(count: number, line: (address: string) => string): string {
  return Array.from({ length: count }, (_, index) => `${line(addressOf(index))}\n`).join('')
}
