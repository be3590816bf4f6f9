import { type Address, compareAddresses } from './address.ts'
import { type AddressRange, rangeContains } from './range.ts'

interface Ranged {
  readonly range: AddressRange
}

/** Which of disjoint ranges holds an address: one binary search. */
export class RangeIndex<T extends Ranged> {
  readonly #entries: readonly T[]

  /** @param entries disjoint, in any order */
  constructor(entries: readonly T[]) {
    this.#entries = entries.toSorted(byFirst)
  }

  find(address: Address): T | undefined {
    const entry = this.#entries[this.#countUpTo(address) - 1]
    return entry !== undefined && rangeContains(entry.range, address) ? entry : undefined
  }

  /** Those that share an address with the range, in order. */
  meeting(range: AddressRange): readonly T[] {
    const [from, to] = [this.#countUpTo(range.first), this.#countUpTo(range.last)]
    const before = this.#entries[from - 1]
    const reaches = before !== undefined && compareAddresses(before.range.last, range.first) >= 0
    return this.#entries.slice(reaches ? from - 1 : from, to)
  }

  /** How many begin at or before the address. */
  #countUpTo(address: Address): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const entry = this.#entries[middle]
      if (entry !== undefined && compareAddresses(entry.range.first, address) <= 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Which of ranges that may overlap holds an address, and of several the one listed first: as many searches as ranges overlap at one address at most. */
export class OverlappingRanges<T extends Ranged> {
  readonly #positions: ReadonlyMap<T, number>
  readonly #layers: readonly RangeIndex<T>[]

  constructor(entries: readonly T[]) {
    this.#positions = new Map(entries.map((entry, position) => [entry, position]))
    const layers: T[][] = []
    for (const entry of entries.toSorted(byFirst)) {
      const layer = layers.find((each) => endsBefore(each.at(-1), entry))
      if (layer === undefined) layers.push([entry])
      else layer.push(entry)
    }
    this.#layers = layers.map((layer) => new RangeIndex(layer))
  }

  get isEmpty(): boolean {
    return this.#layers.length === 0
  }

  find(address: Address): T | undefined {
    let best: T | undefined
    for (const layer of this.#layers) {
      const entry = layer.find(address)
      if (entry !== undefined && (best === undefined || this.#position(entry) < this.#position(best))) best = entry
    }
    return best
  }

  /** Those that share an address with the range. */
  meeting(range: AddressRange): readonly T[] {
    return this.#layers.flatMap((layer) => layer.meeting(range))
  }

  #position(entry: T): number {
    return this.#positions.get(entry) ?? 0
  }
}

function byFirst(a: Ranged, b: Ranged): number {
  return compareAddresses(a.range.first, b.range.first)
}

function endsBefore(a: Ranged | undefined, b: Ranged): boolean {
  return a === undefined || compareAddresses(a.range.last, b.range.first) < 0
}
