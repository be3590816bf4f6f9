// One pool as the allocator sees it: its ranges in listed order, each with its free addresses.
import type { Address, Family } from './address.ts'
import type { Pool } from './config/pool.ts'
import { everyInteger, everyIPv6, FreeSpace, isTame, type Line, tameIPv4 } from './free-space.ts'
import { type AddressRange, rangeSize } from './range.ts'
import { ReleasedPlaces } from './released-places.ts'
import type { Instant } from './time.ts'

/** A listed range with what is free of it. */
export interface Lane {
  readonly space: PoolSpace
  readonly range: AddressRange
  /** Position among the pool's lanes: addresses of an earlier lane are handed out first. Edits of the pool may change it, but not before which others that stay it is. */
  order: number
  readonly lowest: Address | undefined
  /** The next free address after a usable one. */
  after(address: Address): Address | undefined
  readonly isFull: boolean
  take(address: Address): boolean
  give(address: Address): boolean
}

/** An address and the range it lies in. */
export interface Place {
  readonly lane: Lane
  readonly address: Address
}

export class PoolSpace {
  #pool: Pool
  #lanes: readonly Lane[] = []
  readonly #families = new Set<Family>()
  readonly #capacity: Record<Family, bigint> = { IPv4: 0n, IPv6: 0n }
  readonly #assigned: Record<Family, number> = { IPv4: 0, IPv6: 0 }
  readonly #kept: Record<Family, number> = { IPv4: 0, IPv6: 0 }
  /** Free addresses that were in use before, where the pool wants them to rest. */
  readonly #released: Readonly<Record<Family, ReleasedPlaces>> = { IPv4: new ReleasedPlaces(), IPv6: new ReleasedPlaces() }
  /** Orders of the lanes with a free address: full ones are not looked at again and again. */
  #withRoom: Readonly<Record<Family, FreeSpace<number>>> = { IPv4: noOrders(), IPv6: noOrders() }

  constructor(pool: Pool) {
    this.#pool = pool
    this.adopt(pool, [])
  }

  get pool(): Pool {
    return this.#pool
  }

  get lanes(): readonly Lane[] {
    return this.#lanes
  }

  /**
   * The pool is another now. Addresses that were in use before are like others until they are opened anew.
   *
   * @param kept for each of its ranges the lane that stays with everybody on it; nobody is on the others
   */
  adopt(pool: Pool, kept: readonly (Lane | undefined)[]): void {
    for (const family of ['IPv4', 'IPv6'] as const) this.#mix(this.#released[family])
    this.#pool = pool
    this.#lanes = pool.ranges.map((range, order) => kept[order] ?? makeLane(this, range))
    const last = this.#lanes.length - 1
    this.#withRoom = { IPv4: new FreeSpace(0, last, everyInteger), IPv6: new FreeSpace(0, last, everyInteger) }
    this.#families.clear()
    this.#capacity.IPv4 = 0n
    this.#capacity.IPv6 = 0n
    for (const [order, lane] of this.#lanes.entries()) {
      lane.order = order
      for (const family of ['IPv4', 'IPv6'] as const) this.#note(lane, family)
      const { family } = lane.range.first
      this.#families.add(family)
      this.#capacity[family] += usableSize(lane.range, pool.avoidBuggyIPs)
    }
  }

  hasFamily(family: Family): boolean {
    return this.#families.has(family)
  }

  hasRoom(family: Family): boolean {
    return this.#withRoom[family].lowest !== undefined || this.#released[family].oldest !== undefined
  }

  /** Not one that the pool avoids. */
  isUsable(address: Address): boolean {
    return !this.pool.avoidBuggyIPs || isTame(address.value)
  }

  /** The free address that is handed out next: the first in listed order, those that rest apart. */
  next(family: Family): Place | undefined {
    const lane = this.lanes[this.#withRoom[family].lowest ?? -1]
    const address = lane?.lowest
    return lane === undefined || address === undefined ? this.#released[family].oldest : { lane, address }
  }

  /** Every free address, in the order in which they are handed out. */
  *free(family: Family): Generator<Place> {
    const orders = this.#withRoom[family]
    for (let order = orders.lowest; order !== undefined; order = orders.lowestFrom(order + 1)) {
      const lane = this.lanes[order]
      if (lane === undefined) return
      for (let address = lane.lowest; address !== undefined; address = lane.after(address)) yield { lane, address }
    }
    yield* this.#released[family].oldestFirst()
  }

  /** An address is in use from now on, by a Service. */
  occupy(lane: Lane, address: Address): void {
    this.#assigned[address.family]++
    this.close(lane, address)
  }

  /** Nobody is on the address any more, and nobody gets it before it is opened. */
  vacate(address: Address): void {
    this.#assigned[address.family]--
  }

  /**
   * Nobody was to get the address, and nobody is on it: from now on it may be handed out.
   *
   * @param leftAt when it was in use last, if it is to rest
   */
  open(lane: Lane, address: Address, leftAt?: Instant): void {
    if (!this.isUsable(address)) return
    if (leftAt !== undefined) {
      // In a range that is new it is among those that were never in use.
      this.close(lane, address)
      this.#released[address.family].put({ lane, address }, leftAt)
    } else if (lane.give(address)) this.#withRoom[address.family].give(lane.order)
  }

  /** Nobody gets the address. */
  close(lane: Lane, address: Address): void {
    if (!this.#released[address.family].delete(address.value) && lane.take(address)) this.#note(lane, address.family)
  }

  /** So many addresses more are kept for Services that have gone. */
  countKept(family: Family, change: 1 | -1): void {
    this.#kept[family] += change
  }

  kept(family: Family): number {
    return this.#kept[family]
  }

  assigned(family: Family): bigint {
    return BigInt(this.#assigned[family])
  }

  capacity(family: Family): bigint {
    return this.#capacity[family]
  }

  #mix(released: ReleasedPlaces): void {
    for (const { lane, address } of released.places()) {
      released.delete(address.value)
      this.open(lane, address)
    }
  }

  #note(lane: Lane, family: Family): void {
    if (lane.range.first.family !== family || lane.isFull) this.#withRoom[family].take(lane.order)
  }
}

function noOrders(): FreeSpace<number> {
  return new FreeSpace(0, -1, everyInteger)
}

/** In the order in which the addresses of a pool are handed out. */
export function isBefore(a: Place, b: Place): boolean {
  return a.lane.order < b.lane.order || (a.lane.order === b.lane.order && a.address.value < b.address.value)
}

function makeLane(space: PoolSpace, range: AddressRange): Lane {
  const { first, last } = range
  if (first.family === 'IPv4' && last.family === 'IPv4') {
    const line: Line<number> = space.pool.avoidBuggyIPs ? tameIPv4 : everyInteger
    const free = new FreeSpace(line.next(first.value - 1), line.previous(last.value + 1), line)
    return {
      space,
      range,
      order: 0,
      get isFull(): boolean {
        return free.lowest === undefined
      },
      get lowest(): Address | undefined {
        return addressOf(free.lowest)
      },
      after: ({ value }) => (typeof value === 'number' ? addressOf(free.after(value)) : undefined),
      take: ({ value }) => typeof value === 'number' && free.take(value),
      give: ({ value }) => typeof value === 'number' && free.give(value),
    }
  }
  const free = new FreeSpace(BigInt(first.value), BigInt(last.value), everyIPv6)
  return {
    space,
    range,
    order: 0,
    get isFull(): boolean {
      return free.lowest === undefined
    },
    get lowest(): Address | undefined {
      return addressOf(free.lowest)
    },
    after: ({ value }) => (typeof value === 'bigint' ? addressOf(free.after(value)) : undefined),
    take: ({ value }) => typeof value === 'bigint' && free.take(value),
    give: ({ value }) => typeof value === 'bigint' && free.give(value),
  }
}

function addressOf(value: number | bigint | undefined): Address | undefined {
  if (value === undefined) return undefined
  return typeof value === 'number' ? { family: 'IPv4', value } : { family: 'IPv6', value }
}

function usableSize(range: AddressRange, avoidBuggyIPs: boolean): bigint {
  const { first, last } = range
  if (!avoidBuggyIPs || first.family === 'IPv6' || last.family === 'IPv6') return rangeSize(range)
  const upTo = (value: number, octet: number): number => Math.floor((value - octet) / 256) + 1
  const buggy = [0, 255].reduce((sum, octet) => sum + upTo(last.value, octet) - upTo(first.value - 1, octet), 0)
  return rangeSize(range) - BigInt(buggy)
}
