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

  has(space: PoolSpace): boolean {
    return this.#ranks.has(space)
  }

  /** The pool has become full, or is so no more. */
  note(space: PoolSpace, family: Family): void {
    const rank = this.#ranks.get(space)
    if (rank === undefined) return
    if (space.hasRoom(family)) this.#withRoom[family].give(rank)
    else this.#withRoom[family].take(rank)
  }

  /** Those with a free address of one of the families, and those `besides`, in order. */
  *with(families: readonly Family[], besides: Iterable<PoolSpace>): Generator<PoolSpace> {
    const extra = [...besides].flatMap((space) => this.#ranks.get(space) ?? [])
    for (let from = 0; ; ) {
      const ranks = [
        ...families.flatMap((family) => this.#withRoom[family].lowestFrom(from) ?? []),
        ...extra.filter((rank) => rank >= from),
      ]
      const rank = Math.min(...ranks)
      const space = this.all[rank]
      if (space === undefined) return
      yield space
      from = rank + 1
    }
  }
}
