// Which Services the controller would take their addresses from: what they hold is claimed again under the pools as they would be.
import type { Pool } from '../../core/config/pool.ts'
import { createIpam, type Ipam } from '../../core/ipam.ts'
import type { Allocation } from '../../core/ledger.ts'
import type { NamespacedName } from '../../core/namespaced-name.ts'
import { splitName } from '../../core/namespaced-name.ts'
import type { Selector } from '../../core/selector.ts'
import { viewService } from '../../core/service.ts'
import type { World } from '../world.ts'

/** By Service: the pool that would have its addresses after the change, undefined when it would lose them. Services in pools that do not change are left out. */
export type Whereabouts = ReadonlyMap<NamespacedName, string | undefined>

/** Costs as much as there are Services in the pools that change. */
export function whereaboutsAfter(before: World, after: World): Whereabouts {
  const [then, now] = [before.pools.pools, after.pools.pools]
  const changed = changedPools(then, now)
  const concerned = before
    .ipam()
    .allocations()
    .filter(({ pool }) => changed.has(pool))
  if (concerned.length === 0) return new Map()
  // A pool that stays as it is has none of their addresses: pools that are not frozen share none.
  const staying = new Set(then.flatMap(({ name }) => (changed.has(name) ? [] : [name])))
  const pools = now.filter(({ name, frozen }) => frozen || !staying.has(name))
  const ipam = createIpam(pools, { poolPriority: after.poolPriority, reserved: [] })
  return new Map(concerned.map((allocation) => [allocation.service, poolAfter(allocation, ipam, { before, changed })]))
}

function poolAfter(
  allocation: Allocation,
  ipam: Ipam,
  { before, changed }: { readonly before: World; readonly changed: ReadonlyMap<string, 'rules' | 'ranges'> },
): string | undefined {
  const names = new Set(allocation.addresses.map((address) => ipam.poolOf(address)?.name))
  const [name] = names
  if (names.size !== 1 || name === undefined) return undefined
  // The pool has the addresses as before, and asks nothing that it has not asked before.
  if (name === allocation.pool && changed.get(name) === 'ranges') return name
  const object = before.serviceObject(allocation.service)
  if (object === undefined) return name
  const claim = ipam.claim(
    viewService(object, before.classes),
    allocation.addresses,
    before.namespaceOf(splitName(allocation.service).namespace),
  )
  return claim.ok ? claim.value.pool : undefined
}

/** Pools of which something changes that decides who may keep an address of them, with how much of it; and the frozen ones, which share addresses with others. */
function changedPools(before: readonly Pool[], after: readonly Pool[]): ReadonlyMap<string, 'rules' | 'ranges'> {
  const next = new Map(after.map((pool) => [pool.name, pool]))
  return new Map(
    before.flatMap((pool): readonly (readonly [string, 'rules' | 'ranges'])[] => {
      const now = next.get(pool.name)
      if (now === undefined || !sameRules(pool, now)) return [[pool.name, 'rules']]
      return now.frozen || pool.frozen || !sameRanges(pool, now) ? [[pool.name, 'ranges']] : []
    }),
  )
}

function sameRanges(a: Pool, b: Pool): boolean {
  return (
    a === b || (a.ranges.length === b.ranges.length && a.ranges.every(({ canonical }, index) => canonical === b.ranges[index]?.canonical))
  )
}

function sameRules(a: Pool, b: Pool): boolean {
  if (a === b) return true
  const [first, second] = [a.allocation, b.allocation]
  return (
    a.avoidBuggyIPs === b.avoidBuggyIPs &&
    (first?.namespaces ?? none).symmetricDifference(second?.namespaces ?? none).size === 0 &&
    sameSelectors(first?.namespaceSelectors, second?.namespaceSelectors) &&
    sameSelectors(first?.serviceSelectors, second?.serviceSelectors)
  )
}

const none: ReadonlySet<string> = new Set()

function sameSelectors(a: readonly Selector[] = [], b: readonly Selector[] = []): boolean {
  return a.length === b.length && a.every(({ canonical }, index) => canonical === b[index]?.canonical)
}
