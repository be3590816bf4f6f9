// One pool as the allocator sees it: its ranges in listed order, each with its free addresses.
import type { Address, Family } from './address.ts'
import type { Pool } from './config/pool.ts'
import { everyIPv4, everyIPv6, FreeSpace, isTame, type Line, tameIPv4 } from './free-space.ts'
import { type AddressRange, rangeSize } from './range.ts'

/** A listed range with what is free of it. */
export interface Lane {
  readonly space: PoolSpace
  readonly range: AddressRange
  /** Position among the pool's lanes: addresses of an earlier lane are handed out first. */
  readonly order: number
  readonly lowest: Address | undefined
  take(address: Address): boolean
  give(address: Address): boolean
}

export class PoolSpace {
  readonly pool: Pool
  readonly lanes: readonly Lane[]
  readonly #capacity: Record<Family, bigint> = { IPv4: 0n, IPv6: 0n }
  readonly #assigned: Record<Family, bigint> = { IPv4: 0n, IPv6: 0n }
  /** No lane of the family before this one has a free address: full lanes are not looked at again and again. */
  readonly #open: Record<Family, number> = { IPv4: 0, IPv6: 0 }
  readonly #ofFamily: Record<Family, readonly Lane[]>

  constructor(pool: Pool) {
    this.pool = pool
    this.lanes = pool.ranges.map((range, order) => makeLane(this, range, order))
    this.#ofFamily = {
      IPv4: this.lanes.filter(({ range }) => range.first.family === 'IPv4'),
      IPv6: this.lanes.filter(({ range }) => range.first.family === 'IPv6'),
    }
    for (const { range } of this.lanes) this.#capacity[range.first.family] += usableSize(range, pool.avoidBuggyIPs)
  }

  hasFamily(family: Family): boolean {
    return this.#ofFamily[family].length > 0
  }

  /** Not one that the pool avoids. */
  isUsable(address: Address): boolean {
    return !this.pool.avoidBuggyIPs || isTame(address.value)
  }

  /** The first free address in listed order. */
  lowest(family: Family): { readonly lane: Lane; readonly address: Address } | undefined {
    const lanes = this.#ofFamily[family]
    for (let index = this.#open[family]; index < lanes.length; index++) {
      const lane = lanes[index]
      const address = lane?.lowest
      if (lane !== undefined && address !== undefined) {
        this.#open[family] = index
        return { lane, address }
      }
    }
    this.#open[family] = lanes.length
    return undefined
  }

  /** A free address is in use from now on. */
  occupy(lane: Lane, address: Address): void {
    lane.take(address)
    this.#assigned[address.family] += 1n
  }

  /** @param reusable false for an address that must not be handed out again, such as a Node's own */
  vacate(lane: Lane, address: Address, reusable: boolean): void {
    this.#assigned[address.family] -= 1n
    if (!reusable || !this.isUsable(address)) return
    lane.give(address)
    this.#open[address.family] = Math.min(this.#open[address.family], this.#ofFamily[address.family].indexOf(lane))
  }

  assigned(family: Family): bigint {
    return this.#assigned[family]
  }

  capacity(family: Family): bigint {
    return this.#capacity[family]
  }
}

function makeLane(space: PoolSpace, range: AddressRange, order: number): Lane {
  const { first, last } = range
  if (first.family === 'IPv4' && last.family === 'IPv4') {
    const line: Line<number> = space.pool.avoidBuggyIPs ? tameIPv4 : everyIPv4
    const free = new FreeSpace(line.next(first.value - 1), line.previous(last.value + 1), line)
    return {
      space,
      range,
      order,
      get lowest(): Address | undefined {
        return free.lowest === undefined ? undefined : { family: 'IPv4', value: free.lowest }
      },
      take: ({ value }) => typeof value === 'number' && free.take(value),
      give: ({ value }) => typeof value === 'number' && free.give(value),
    }
  }
  const free = new FreeSpace(BigInt(first.value), BigInt(last.value), everyIPv6)
  return {
    space,
    range,
    order,
    get lowest(): Address | undefined {
      return free.lowest === undefined ? undefined : { family: 'IPv6', value: free.lowest }
    },
    take: ({ value }) => typeof value === 'bigint' && free.take(value),
    give: ({ value }) => typeof value === 'bigint' && free.give(value),
  }
}

function usableSize(range: AddressRange, avoidBuggyIPs: boolean): bigint {
  const { first, last } = range
  if (!avoidBuggyIPs || first.family === 'IPv6' || last.family === 'IPv6') return rangeSize(range)
  const upTo = (value: number, octet: number): number => Math.floor((value - octet) / 256) + 1
  const buggy = [0, 255].reduce((sum, octet) => sum + upTo(last.value, octet) - upTo(first.value - 1, octet), 0)
  return rangeSize(range) - BigInt(buggy)
}
