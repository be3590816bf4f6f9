import type { House } from './house.ts'
import { isBefore } from './pool-space.ts'

/**
 * The shared addresses of one family, pool, sharing key and kind of backends, in the order in which they are given out, and under each port those that have
 * it taken: the first one where some ports are free is found by binary search, however many there are.
 */
export class SharedHouses {
  readonly #all: House[] = []
  readonly #byPort = new Map<string, House[]>()

  get isEmpty(): boolean {
    return this.#all.length === 0
  }

  add(house: House): void {
    insert(this.#all, house)
  }

  remove(house: House): void {
    withdraw(this.#all, house)
  }

  /** @param ports that nobody had in this house */
  take(house: House, ports: readonly string[]): void {
    for (const port of ports) {
      const taken = this.#byPort.get(port)
      if (taken === undefined) this.#byPort.set(port, [house])
      else insert(taken, house)
    }
  }

  give(house: House, ports: readonly string[]): void {
    for (const port of ports) {
      const taken = this.#byPort.get(port) ?? []
      withdraw(taken, house)
      if (taken.length === 0) this.#byPort.delete(port)
    }
  }

  /** Those in which all the ports are free. */
  *free(ports: readonly string[]): Generator<House> {
    const lists = ports.map((port) => this.#byPort.get(port) ?? [])
    for (let index = 0; index < this.#all.length; ) {
      const next = lists.reduce((at, taken) => firstGap(this.#all, at, taken), index)
      const house = this.#all[next]
      if (house === undefined) return
      if (next === index) {
        yield house
        index++
      } else index = next
    }
  }
}

/** The first index from `from` on whose house is not in `part`. Both lists are sorted and `part` has only houses of `all`, so where they run together they are equal. */
function firstGap(all: readonly House[], from: number, part: readonly House[]): number {
  const start = all[from]
  if (start === undefined) return from
  const offset = position(part, start)
  let low = 0
  let high = Math.min(part.length - offset, all.length - from)
  while (low < high) {
    const middle = (low + high) >>> 1
    if (part[offset + middle] === all[from + middle]) low = middle + 1
    else high = middle
  }
  return from + low
}

/** How many houses of a sorted list are before this one. */
function position(houses: readonly House[], house: House): number {
  let low = 0
  let high = houses.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = houses[middle]
    if (other !== undefined && isBefore(other, house)) low = middle + 1
    else high = middle
  }
  return low
}

function insert(houses: House[], house: House): void {
  houses.splice(position(houses, house), 0, house)
}

function withdraw(houses: House[], house: House): void {
  const index = position(houses, house)
  if (houses[index] === house) houses.splice(index, 1)
}
