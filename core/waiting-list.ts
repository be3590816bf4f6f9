// Services without an address, by what would end their waiting: when that happens, the oldest of those to whom it matters is planned first, and only it.
import { type Aged, byAge } from './age.ts'
import type { NamespacedName } from './namespaced-name.ts'

export interface Waiter extends Aged {
  readonly name: NamespacedName
}

/** Services that get the same answer, so that asking for one of them is enough. */
export interface Want {
  /** The same for all of them, and for nobody else. */
  readonly text: string
  /** What may end the waiting, besides a change of the Service itself or of the configuration. */
  readonly hopes: readonly string[]
}

interface Group extends Want {
  /** Oldest first. */
  readonly members: Waiter[]
}

interface Place {
  readonly waiter: Waiter
  readonly group: Group
}

export class WaitingList {
  readonly #places = new Map<NamespacedName, Place>()
  readonly #groups = new Map<string, Group>()
  readonly #byHope = new Map<string, Set<Group>>()
  /** Groups for which something may have become possible, by the age of their oldest. */
  readonly #asked: Group[] = []

  has(key: NamespacedName): boolean {
    return this.#places.has(key)
  }

  get size(): number {
    return this.#places.size
  }

  /** All of them, oldest first. */
  get keys(): readonly NamespacedName[] {
    const waiters = [...this.#places.values()].map(({ waiter }) => waiter)
    return waiters.toSorted(byAge).map(({ name }) => name)
  }

  /** The Service was planned and got nothing: nor would any other that wants the same. */
  enter(waiter: Waiter, want: Want): void {
    const known = this.#places.get(waiter.name)
    if (known?.group.text === want.text && byAge(known.waiter, waiter) === 0) {
      this.#answer(known.group)
      return
    }
    this.leave(waiter.name)
    const group = this.#groups.get(want.text) ?? this.#open(want)
    this.#answer(group)
    group.members.splice(position(group.members, waiter, itself), 0, waiter)
    this.#places.set(waiter.name, { waiter, group })
  }

  /** The Service has what it wants, or is gone. Others may have waited behind it. */
  leave(key: NamespacedName): void {
    const place = this.#places.get(key)
    if (place === undefined) return
    const { group, waiter } = place
    this.#places.delete(key)
    this.#answer(group)
    group.members.splice(position(group.members, waiter, itself), 1)
    if (group.members.length > 0) this.#ask(group)
    else this.#close(group)
  }

  /** These hopes may have come true. */
  fulfil(hopes: Iterable<string>): void {
    for (const hope of hopes) for (const group of this.#byHope.get(hope) ?? []) this.#ask(group)
  }

  /** The oldest of those for whom something may have become possible: to be planned next. The same until `enter` or `leave` follows for it. */
  get next(): NamespacedName | undefined {
    return this.#asked[0]?.members[0]?.name
  }

  #open(want: Want): Group {
    const group: Group = { ...want, members: [] }
    this.#groups.set(want.text, group)
    for (const hope of want.hopes) {
      const known = this.#byHope.get(hope)
      if (known === undefined) this.#byHope.set(hope, new Set([group]))
      else known.add(group)
    }
    return group
  }

  #close(group: Group): void {
    this.#groups.delete(group.text)
    for (const hope of group.hopes) {
      const others = this.#byHope.get(hope)
      others?.delete(group)
      if (others?.size === 0) this.#byHope.delete(hope)
    }
  }

  #ask(group: Group): void {
    const [oldest] = group.members
    if (oldest === undefined) return
    const index = position(this.#asked, oldest, oldestOf)
    if (this.#asked[index] !== group) this.#asked.splice(index, 0, group)
  }

  /** Before its members change, too: they give it its place among the asked. */
  #answer(group: Group): void {
    const [oldest] = group.members
    if (oldest === undefined) return
    const index = position(this.#asked, oldest, oldestOf)
    if (this.#asked[index] === group) this.#asked.splice(index, 1)
  }
}

function itself(waiter: Waiter): Waiter {
  return waiter
}

function oldestOf({ members: [oldest] }: Group): Waiter | undefined {
  return oldest
}

/** How many of a list that is sorted by age are older. */
function position<T>(sorted: readonly T[], waiter: Waiter, waiterOf: (each: T) => Waiter | undefined): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const each = sorted[middle]
    const other = each === undefined ? undefined : waiterOf(each)
    if (other !== undefined && byAge(other, waiter) < 0) low = middle + 1
    else high = middle
  }
  return low
}
