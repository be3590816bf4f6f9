import { type Address, compareAddresses } from './address.ts'
import { type AddressRange, rangeContains } from './range.ts'

/** Which of disjoint ranges holds an address: one binary search. */
export class RangeIndex<T extends { readonly range: AddressRange }> {
  readonly #entries: readonly T[]

  /** @param entries disjoint, in any order */
  constructor(entries: readonly T[]) {
    this.#entries = entries.toSorted((a, b) => compareAddresses(a.range.first, b.range.first))
  }

  find(address: Address): T | undefined {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const entry = this.#entries[middle]
      if (entry !== undefined && compareAddresses(entry.range.first, address) <= 0) low = middle + 1
      else high = middle
    }
    const entry = this.#entries[low - 1]
    return entry !== undefined && rangeContains(entry.range, address) ? entry : undefined
  }
}
