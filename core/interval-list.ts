// Disjoint intervals in order, kept in chunks: a search is two binary ones, a change moves entries of one chunk only.

/** So many intervals are in one chunk at most. A change costs a move within that, and once in half as many changes one among the chunks. */
const chunkLimit = 512

interface Chunk<V> {
  readonly firsts: V[]
  readonly lasts: V[]
}

/** Where an interval is, until the next `insertAfter` or `remove`. */
type Spot = number

/** Before all intervals. */
const beforeAll: Spot = -1

/** Its users keep the intervals disjoint and in order. */
export class IntervalList<V extends number | bigint> {
  /** None is empty. */
  readonly #chunks: Chunk<V>[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  get lowest(): V | undefined {
    return this.#chunks[0]?.firsts[0]
  }

  /** The last interval that begins at or before `value`, or the spot before all. */
  find(value: V): Spot {
    let low = 0
    let high = this.#chunks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const first = this.#chunks[middle]?.firsts[0]
      if (first !== undefined && first <= value) low = middle + 1
      else high = middle
    }
    const chunk = this.#chunks[low - 1]
    return chunk === undefined ? beforeAll : (low - 1) * chunkLimit + countUpTo(chunk.firsts, value) - 1
  }

  /** Undefined at the spots before and after all. */
  firstAt(spot: Spot): V | undefined {
    return this.#chunks[Math.floor(spot / chunkLimit)]?.firsts[spot % chunkLimit]
  }

  /** Undefined at the spots before and after all. */
  lastAt(spot: Spot): V | undefined {
    return this.#chunks[Math.floor(spot / chunkLimit)]?.lasts[spot % chunkLimit]
  }

  after(spot: Spot): Spot {
    if (spot === beforeAll) return 0
    const chunk = Math.floor(spot / chunkLimit)
    const isLast = (spot % chunkLimit) + 1 === this.#chunks[chunk]?.firsts.length
    return isLast ? (chunk + 1) * chunkLimit : spot + 1
  }

  setFirst(spot: Spot, first: V): void {
    const chunk = this.#chunks[Math.floor(spot / chunkLimit)]
    if (chunk !== undefined) chunk.firsts[spot % chunkLimit] = first
  }

  setLast(spot: Spot, last: V): void {
    const chunk = this.#chunks[Math.floor(spot / chunkLimit)]
    if (chunk !== undefined) chunk.lasts[spot % chunkLimit] = last
  }

  insertAfter(spot: Spot, first: V, last: V): void {
    this.#size++
    const at = Math.max(0, Math.floor(spot / chunkLimit))
    const chunk = this.#chunks[at]
    if (chunk === undefined) {
      this.#chunks.push({ firsts: [first], lasts: [last] })
      return
    }
    const index = spot === beforeAll ? 0 : (spot % chunkLimit) + 1
    chunk.firsts.splice(index, 0, first)
    chunk.lasts.splice(index, 0, last)
    if (chunk.firsts.length < chunkLimit) return
    const half = chunkLimit / 2
    this.#chunks.splice(at + 1, 0, { firsts: chunk.firsts.splice(half), lasts: chunk.lasts.splice(half) })
  }

  remove(spot: Spot): void {
    this.#size--
    const at = Math.floor(spot / chunkLimit)
    const chunk = this.#chunks[at]
    chunk?.firsts.splice(spot % chunkLimit, 1)
    chunk?.lasts.splice(spot % chunkLimit, 1)
    if (chunk?.firsts.length === 0) this.#chunks.splice(at, 1)
  }
}

/** How many of the sorted values are `value` or less. */
function countUpTo<V extends number | bigint>(sorted: readonly V[], value: V): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const each = sorted[middle]
    if (each !== undefined && each <= value) low = middle + 1
    else high = middle
  }
  return low
}
