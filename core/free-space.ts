// Free addresses as sorted disjoint intervals: a /8 costs as much as a /30, and nothing is ever enumerated.
import { IntervalList } from './interval-list.ts'

type Value = number | bigint

/** The usable addresses in order. Steps may skip some (avoidBuggyIPs), which then belong to no interval's edge. */
export interface Line<V extends Value> {
  next(value: V): V
  previous(value: V): V
}

const isBuggy = (value: number): boolean => (value & 255) === 0 || (value & 255) === 255

export const everyInteger: Line<number> = { next: (value) => value + 1, previous: (value) => value - 1 }

export const everyIPv6: Line<bigint> = { next: (value) => value + 1n, previous: (value) => value - 1n }

/** Every IPv4 address but those that end in .0 or .255. */
export const tameIPv4: Line<number> = {
  next: (value) => {
    let next = value + 1
    while (isBuggy(next)) next++
    return next
  },
  previous: (value) => {
    let previous = value - 1
    while (isBuggy(previous)) previous--
    return previous
  },
}

export function isTame(value: Value): boolean {
  return typeof value === 'bigint' || !isBuggy(value)
}

/** Free addresses between two usable ones. Everything is a binary search and a small move; the lowest free address is at hand. */
export class FreeSpace<V extends Value> {
  readonly #line: Line<V>
  readonly #intervals = new IntervalList<V>()

  /** All from `first` to `last` are free; `first` after `last` means nothing is. */
  constructor(first: V, last: V, line: Line<V>) {
    this.#line = line
    if (first <= last) this.#intervals.insertAfter(this.#intervals.find(first), first, last)
  }

  get lowest(): V | undefined {
    return this.#intervals.lowest
  }

  /** The lowest free address that is `value` or more. */
  lowestFrom(value: V): V | undefined {
    const spot = this.#intervals.find(value)
    const last = this.#intervals.lastAt(spot)
    return last !== undefined && value <= last ? value : this.#intervals.firstAt(this.#intervals.after(spot))
  }

  /** The lowest free address after `value`, which is a usable one. */
  after(value: V): V | undefined {
    return this.lowestFrom(this.#line.next(value))
  }

  /** How many intervals there are. */
  get fragments(): number {
    return this.#intervals.size
  }

  has(value: V): boolean {
    const last = this.#intervals.lastAt(this.#intervals.find(value))
    return last !== undefined && value <= last
  }

  /** @returns false when it was not free */
  take(value: V): boolean {
    const intervals = this.#intervals
    const spot = intervals.find(value)
    const [first, last] = [intervals.firstAt(spot), intervals.lastAt(spot)]
    if (last === undefined || value > last) return false
    if (first === value && last === value) intervals.remove(spot)
    else if (first === value) intervals.setFirst(spot, this.#line.next(value))
    else {
      intervals.setLast(spot, this.#line.previous(value))
      if (last !== value) intervals.insertAfter(spot, this.#line.next(value), last)
    }
    return true
  }

  /** @returns false when it was free already */
  give(value: V): boolean {
    const intervals = this.#intervals
    const before = intervals.find(value)
    const lastBefore = intervals.lastAt(before)
    if (lastBefore !== undefined && value <= lastBefore) return false
    const after = intervals.after(before)
    const joinsBefore = lastBefore !== undefined && this.#line.next(lastBefore) === value
    const joinsAfter = this.#line.next(value) === intervals.firstAt(after)
    if (joinsBefore) {
      intervals.setLast(before, (joinsAfter ? intervals.lastAt(after) : undefined) ?? value)
      if (joinsAfter) intervals.remove(after)
    } else if (joinsAfter) intervals.setFirst(after, value)
    else intervals.insertAfter(before, value, value)
    return true
  }
}
