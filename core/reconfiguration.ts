// What a change of the pools means to the books: which ranges go, which come, and which stay with everybody on them.

import type { Pool, PoolRange } from './config/pool.ts'
import { sameScope } from './config/scope.ts'
import type { Lane, PoolSpace } from './pool-space.ts'

export interface Reconfiguration {
  /** What can go on as it is, lanes that do not go included; by name of the pool. */
  readonly staying: ReadonlyMap<string, PoolSpace>
  readonly going: ReadonlySet<Lane>
  readonly coming: readonly PoolRange[]
}

export function compareConfigurations(spaces: ReadonlyMap<string, PoolSpace>, pools: readonly Pool[]): Reconfiguration {
  const staying = new Map<string, PoolSpace>()
  const going = new Set([...spaces.values()].flatMap(({ lanes }) => lanes))
  const coming: PoolRange[] = []
  for (const pool of pools) {
    const space = spaces.get(pool.name)
    const kept = space === undefined ? undefined : lanesKept(space, pool)
    if (space === undefined || kept === undefined) coming.push(...pool.ranges)
    else {
      staying.set(pool.name, space)
      coming.push(...pool.ranges.filter((_, index) => kept[index] === undefined))
      for (const lane of kept) if (lane !== undefined) going.delete(lane)
    }
  }
  return { staying, going, coming }
}

/**
 * For each range of the pool the lane that it has already. Undefined when nobody's address is certain any more, because what decides who may hold one is
 * another, or when ranges that stay change places, which is the order of what is shared.
 */
export function lanesKept({ pool: before, lanes }: PoolSpace, pool: Pool): readonly (Lane | undefined)[] | undefined {
  if (before === pool) return lanes
  if (before.avoidBuggyIPs !== pool.avoidBuggyIPs || before.frozen !== pool.frozen) return undefined
  if (!sameScope(before.allocation, pool.allocation)) return undefined
  const byRange = new Map(lanes.map((lane) => [keyOf(lane.range), lane]))
  if (byRange.size < lanes.length || new Set(pool.ranges.map(keyOf)).size < pool.ranges.length) return undefined
  const kept = pool.ranges.map((range) => byRange.get(keyOf(range)))
  const orders = kept.flatMap((lane) => lane?.order ?? [])
  return orders.every((order, index) => index === 0 || order > (orders[index - 1] ?? 0)) ? kept : undefined
}

function keyOf({ first, last }: Pick<PoolRange, 'first' | 'last'>): string {
  return `${first.family} ${first.value}-${last.value}`
}
