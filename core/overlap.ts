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

export interface OverlapOptions<T> {
  /** Stop after this many pairs, so that hostile input (thousands of equal ranges) cannot make millions; 1000 when not set. */
  readonly limit?: number
  /** Pairs of which neither owner is of interest are left out, and do not count. */
  readonly concerns?: (owner: T) => boolean
}

/** Every pair of ranges that share an address, by one sweep over the sorted ranges: O(n log n + pairs). */
export function findOverlaps<T>(entries: readonly RangeOf<T>[], options: OverlapOptions<T> = {}): readonly Overlap<T>[] {
  const { limit = 1000, concerns = () => true } = options
  const sorted = entries.map((entry, index) => ({ ...entry, index, isOfInterest: concerns(entry.owner) })).toSorted(byFirst)
  const overlaps: Overlap<T>[] = []
  let open: typeof sorted = []
  for (const entry of sorted) {
    open = open.filter((earlier) => compareAddresses(earlier.range.last, entry.range.first) >= 0)
    for (const other of open) {
      if (overlaps.length >= limit) return overlaps
      if (!entry.isOfInterest && !other.isOfInterest) continue
      const [a, b] = other.index < entry.index ? [other, entry] : [entry, other]
      const to = compareAddresses(a.range.last, b.range.last) <= 0 ? a.range.last : b.range.last
      overlaps.push({ a: a.owner, b: b.owner, from: entry.range.first, to })
    }
    open.push(entry)
  }
  return overlaps
}

interface Entry<T> extends RangeOf<T> {
  readonly index: number
}

function byFirst(a: Entry<unknown>, b: Entry<unknown>): number {
  return compareAddresses(a.range.first, b.range.first) || a.index - b.index
}

/** The owners of ranges that share an address with one listed earlier, however many these are. Ranges of one owner may do so too. */
export function findLatecomers<T>(entries: readonly RangeOf<T>[]): ReadonlySet<T> {
  const sorted = entries.map((entry, index) => ({ ...entry, index })).toSorted(byFirst)
  const late = new Set<T>()
  // All that are open hold the address where the sweep is, so of them all the earliest listed alone may be no latecomer.
  let open: typeof sorted = []
  for (const entry of sorted) {
    open = open.filter((earlier) => compareAddresses(earlier.range.last, entry.range.first) >= 0)
    const earliest = open[0]
    if (earliest !== undefined) late.add(earliest.index < entry.index ? entry.owner : earliest.owner)
    // Whoever ends before it and was listed after it will never be the earliest.
    open = open.filter(({ index, range }) => index < entry.index || compareAddresses(range.last, entry.range.last) > 0)
    const isHidden = open.some(({ index, range }) => index < entry.index && compareAddresses(range.last, entry.range.last) >= 0)
    if (isHidden) continue
    const next = open.findIndex(({ index }) => index > entry.index)
    open.splice(next < 0 ? open.length : next, 0, entry)
  }
  return late
}
