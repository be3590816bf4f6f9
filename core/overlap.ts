import { type Address, compareAddresses } from './address.ts'
import type { AddressRange } from './range.ts'

export interface RangeOf<T> {
  readonly range: AddressRange
  readonly owner: T
}

export interface Overlap<T> {
  /** The owner listed earlier. */
  readonly a: T
  readonly b: T
  /** The addresses they share. */
  readonly from: Address
  readonly to: Address
}

/**
 * Every pair of ranges that share an address, by one sweep over the sorted ranges: O(n log n + pairs).
 *
 * @param limit stop after this many pairs, so that hostile input (thousands of equal ranges) cannot make millions
 */
export function findOverlaps<T>(entries: readonly RangeOf<T>[], limit = 1000): readonly Overlap<T>[] {
  const sorted = entries
    .map((entry, index) => ({ ...entry, index }))
    .toSorted((a, b) => compareAddresses(a.range.first, b.range.first) || a.index - b.index)
  const overlaps: Overlap<T>[] = []
  let open: typeof sorted = []
  for (const entry of sorted) {
    open = open.filter((earlier) => compareAddresses(earlier.range.last, entry.range.first) >= 0)
    for (const other of open) {
      if (overlaps.length >= limit) return overlaps
      const [a, b] = other.index < entry.index ? [other, entry] : [entry, other]
      const to = compareAddresses(a.range.last, b.range.last) <= 0 ? a.range.last : b.range.last
      overlaps.push({ a: a.owner, b: b.owner, from: entry.range.first, to })
    }
    open.push(entry)
  }
  return overlaps
}
