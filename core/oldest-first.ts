// What waits for its turn by time, and may go out of turn at any moment: a heap in which what has gone stays until it comes up.

export interface Dated {
  /** The lower goes first. */
  readonly at: number
  /** Of two of the same time the lower goes first. */
  readonly rank: number | bigint
}

/** So many that have gone may lie in the heap whatever its size. */
const litterLimit = 64

/** Each change costs the logarithm of what is in it. */
export class OldestFirst<T extends Dated> {
  #heap: T[] = []
  readonly #present = new Set<T>()

  get size(): number {
    return this.#present.size
  }

  put(item: T): void {
    if (this.#present.has(item)) return
    this.#present.add(item)
    this.#heap.push(item)
    this.#rise(this.#heap.length - 1)
  }

  delete(item: T): void {
    if (!this.#present.delete(item) || this.#heap.length <= 2 * this.#present.size + litterLimit) return
    // A sorted array is a heap.
    this.#heap = [...this.#present].toSorted(byTime)
  }

  get first(): T | undefined {
    for (;;) {
      const [first] = this.#heap
      if (first === undefined || this.#present.has(first)) return first
      this.#dropFirst()
    }
  }

  #dropFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#sink(0)
  }

  #rise(start: number): void {
    for (let index = start; index > 0; ) {
      const parent = (index - 1) >>> 1
      if (!this.#swapIfLater(parent, index)) return
      index = parent
    }
  }

  #sink(start: number): void {
    for (let index = start; ; ) {
      const [left, right] = [this.#heap[2 * index + 1], this.#heap[2 * index + 2]]
      if (left === undefined) return
      const child = right !== undefined && byTime(right, left) < 0 ? 2 * index + 2 : 2 * index + 1
      if (!this.#swapIfLater(index, child)) return
      index = child
    }
  }

  /** @returns whether the one above was the later */
  #swapIfLater(above: number, below: number): boolean {
    const [a, b] = [this.#heap[above], this.#heap[below]]
    if (a === undefined || b === undefined || byTime(a, b) <= 0) return false
    this.#heap[above] = b
    this.#heap[below] = a
    return true
  }
}

function byTime(a: Dated, b: Dated): number {
  if (a.at !== b.at) return a.at - b.at
  return a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0
}
