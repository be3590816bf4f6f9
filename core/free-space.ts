// Free addresses as sorted disjoint intervals: a /8 costs as much as a /30, and nothing is ever enumerated.

type Value = number | bigint

/** The usable addresses in order. Steps may skip some (avoidBuggyIPs), which then belong to no interval's edge. */
export interface Line<V extends Value> {
  next(value: V): V
  previous(value: V): V
}

const isBuggy = (value: number): boolean => (value & 255) === 0 || (value & 255) === 255

export const everyIPv4: Line<number> = { next: (value) => value + 1, previous: (value) => value - 1 }

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

/** Free addresses between two usable ones. Lookups are binary searches; the lowest free address is at hand. */
export class FreeSpace<V extends Value> {
  readonly #line: Line<V>
  readonly #firsts: V[]
  readonly #lasts: V[]

  /** All from `first` to `last` are free; `first` after `last` means nothing is. */
  constructor(first: V, last: V, line: Line<V>) {
    this.#line = line
    this.#firsts = first <= last ? [first] : []
    this.#lasts = first <= last ? [last] : []
  }

  get lowest(): V | undefined {
    return this.#firsts[0]
  }

  /** How many intervals there are. */
  get fragments(): number {
    return this.#firsts.length
  }

  has(value: V): boolean {
    const index = this.#indexOf(value)
    const last = this.#lasts[index]
    return last !== undefined && value <= last
  }

  /** @returns false when it was not free */
  take(value: V): boolean {
    const index = this.#indexOf(value)
    const [first, last] = [this.#firsts[index], this.#lasts[index]]
    if (first === undefined || last === undefined || value > last) return false
    if (first === value && last === value) {
      this.#firsts.splice(index, 1)
      this.#lasts.splice(index, 1)
    } else if (first === value) this.#firsts[index] = this.#line.next(value)
    else if (last === value) this.#lasts[index] = this.#line.previous(value)
    else {
      this.#firsts.splice(index + 1, 0, this.#line.next(value))
      this.#lasts.splice(index, 0, this.#line.previous(value))
    }
    return true
  }

  /** @returns false when it was free already */
  give(value: V): boolean {
    const before = this.#indexOf(value)
    const lastBefore = this.#lasts[before]
    if (lastBefore !== undefined && value <= lastBefore) return false
    const firstAfter = this.#firsts[before + 1]
    const joinsBefore = lastBefore !== undefined && this.#line.next(lastBefore) === value
    const joinsAfter = firstAfter !== undefined && this.#line.next(value) === firstAfter
    if (joinsBefore && joinsAfter) {
      this.#firsts.splice(before + 1, 1)
      this.#lasts.splice(before, 1)
    } else if (joinsBefore) this.#lasts[before] = value
    else if (joinsAfter) this.#firsts[before + 1] = value
    else {
      this.#firsts.splice(before + 1, 0, value)
      this.#lasts.splice(before + 1, 0, value)
    }
    return true
  }

  /** Index of the last interval that begins at or before `value`; -1 when there is none. */
  #indexOf(value: V): number {
    let low = 0
    let high = this.#firsts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const first = this.#firsts[middle]
      if (first !== undefined && first <= value) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
