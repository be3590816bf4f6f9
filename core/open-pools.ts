import type { Family } from './address.ts'
import { everyInteger, FreeSpace } from './free-space.ts'
import type { PoolSpace } from './pool-space.ts'

/** The pools that every Service may use without naming them, in the order in which they are tried, and which of them have free addresses: full ones are passed over. */
export class OpenPools {
  readonly all: readonly PoolSpace[]
  readonly #ranks: ReadonlyMap<PoolSpace, number>
  /** Ranks of pools with a free address. */
  readonly #withRoom: Readonly<Record<Family, FreeSpace<number>>>

  constructor(spaces: readonly PoolSpace[]) {
    this.all = spaces
    this.#ranks = new Map(spaces.map((space, rank) => [space, rank]))
    const ranks = (): FreeSpace<number> => new FreeSpace(0, spaces.length - 1, everyInteger)
    this.#withRoom = { IPv4: ranks(), IPv6: ranks() }
    for (const space of spaces) for (const family of ['IPv4', 'IPv6'] as const) this.note(space, family)
  }

  /** The pool has become full, or is so no more. */
  note(space: PoolSpace, family: Family): void {
    const rank = this.#ranks.get(space)
    if (rank === undefined) return
    if (space.hasRoom(family)) this.#withRoom[family].give(rank)
    else this.#withRoom[family].take(rank)
  }

  /** The preferred one if it is of these, then those with a free address of one of the families and those `besides`, in order. */
  with(families: readonly Family[], besides: Iterable<PoolSpace>, preferred: PoolSpace | undefined): Iterable<PoolSpace> {
    const extra: number[] = []
    for (const space of besides) extra.push(this.#ranks.get(space) ?? this.all.length)
    const first = preferred !== undefined && this.#ranks.has(preferred) ? preferred : undefined
    return new Tour(this, (from) => this.#next(families, extra, from), first)
  }

  /** Those that `with` would have tried before this one, full ones too: the first so many of them, and how many there are in all. */
  before(
    space: PoolSpace,
    preferred: PoolSpace | undefined,
    limit: number,
  ): { readonly first: readonly PoolSpace[]; readonly count: number } {
    const rank = this.#ranks.get(space)
    if (rank === undefined || space === preferred) return { first: [], count: 0 }
    const preferredRank = preferred === undefined ? undefined : this.#ranks.get(preferred)
    const others = this.all.slice(0, Math.min(rank, limit + 1)).filter((other) => other !== preferred)
    const first = preferred === undefined || preferredRank === undefined ? others : [preferred, ...others]
    return { first: first.slice(0, limit), count: preferredRank === undefined || preferredRank < rank ? rank : rank + 1 }
  }

  /** @returns the number of all when there is none */
  #next(families: readonly Family[], extra: readonly number[], from: number): number {
    let next = this.all.length
    for (const family of families) next = Math.min(next, this.#withRoom[family].lowestFrom(from) ?? next)
    for (const rank of extra) if (rank >= from && rank < next) next = rank
    return next
  }
}

/** Not a generator, because nearly all of them end after one step, and every Service takes one. */
class Tour implements IterableIterator<PoolSpace> {
  readonly #pools: OpenPools
  readonly #next: (from: number) => number
  readonly #first: PoolSpace | undefined
  /** The rank to go on from; before the first of all -1. */
  #from: number

  constructor(pools: OpenPools, next: (from: number) => number, first: PoolSpace | undefined) {
    this.#pools = pools
    this.#next = next
    this.#first = first
    this.#from = first === undefined ? 0 : -1
  }

  [Symbol.iterator](): this {
    return this
  }

  next(): IteratorResult<PoolSpace, undefined> {
    if (this.#from < 0 && this.#first !== undefined) {
      this.#from = 0
      return { done: false, value: this.#first }
    }
    for (;;) {
      const rank = this.#next(this.#from)
      const space = this.#pools.all[rank]
      if (space === undefined) return { done: true, value: undefined }
      this.#from = rank + 1
      if (space !== this.#first) return { done: false, value: space }
    }
  }
}
