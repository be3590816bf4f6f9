// Which Services the controller would take their addresses from: what they hold is claimed again under the pools as they would be.

import type { Allocation } from '../../core/allocation.ts'
import type { Pool } from '../../core/config/pool.ts'
import { sameScope } from '../../core/config/scope.ts'
import { sameSelectors } from '../../core/config/selectors.ts'
import { createIpam, type Ipam } from '../../core/ipam.ts'
import type { NamespaceView } from '../../core/namespace.ts'
import { splitName } from '../../core/namespaced-name.ts'
import { allowsNamespace } from '../../core/pool-order.ts'
import { viewService } from '../../core/service.ts'
import type { World } from '../world.ts'

export class Whereabouts {
  readonly #before: World
  readonly #after: World
  readonly #changed: ReadonlySet<string>
  /** Pools of which something changes. */
  readonly #ipam: Ipam
  /** All pools: for Services that are in several. Made when there is one. */
  #whole: Ipam | undefined
  /** Its pools by name. */
  readonly #then: ReadonlyMap<string, Pool>
  readonly #namespaces = new Map<string, NamespaceView>()

  /** @param after differs from `before` in its configuration only */
  constructor(before: World, after: World) {
    this.#before = before
    this.#after = after
    const [then, now] = [before.pools.pools, after.pools.pools]
    this.#then = new Map(then.map((pool) => [pool.name, pool]))
    this.#changed = before.pools === after.pools ? new Set() : changedPools(then, now)
    // A pool that stays as it is has no address that Services of the others hold: pools that are not frozen share none.
    const pools = now.filter(({ name, frozen }) => frozen || this.#changed.has(name) || !this.#then.has(name))
    this.#ipam = ipamOf(this.#changed.size === 0 ? [] : pools, after)
  }

  /** Services of other pools stay where they are. */
  mayMove(pool: string): boolean {
    return this.#changed.has(pool)
  }

  /** The pools that would have its addresses after the change, for each of them; undefined when it would lose them. */
  poolsAfter({ service, addresses, pools: names }: Allocation): readonly string[] | undefined {
    if (!names.some((name) => this.mayMove(name))) return names
    const ipam = new Set(names).size > 1 ? this.#everything() : this.#ipam
    const pools = addresses.flatMap((address) => ipam.poolOf(address) ?? [])
    if (pools.length < addresses.length) return undefined
    const namespace = this.#namespaceOf(splitName(service).namespace)
    if (pools.every((now, index) => now.name === names[index] && isSure(this.#then.get(now.name), now)))
      return pools.every((now) => allowsNamespace(now, namespace)) ? names : undefined
    const object = this.#before.serviceObject(service)
    if (object === undefined) return names
    const claim = ipam.claim(viewService(object, this.#before.classes), addresses, namespace)
    return claim.ok ? pools.map(({ name }) => name) : undefined
  }

  #everything(): Ipam {
    this.#whole ??= ipamOf(this.#after.pools.pools, this.#after)
    return this.#whole
  }

  #namespaceOf(name: string): NamespaceView {
    const known = this.#namespaces.get(name) ?? this.#before.namespaceOf(name)
    this.#namespaces.set(name, known)
    return known
  }
}

function ipamOf(pools: readonly Pool[], { poolPriority }: World): Ipam {
  return createIpam(pools, { poolPriority, reserved: [] })
}

/** Who holds an address of this pool already, and is not shut out by its namespace, keeps it: nothing else of the Service is asked that was not asked before. */
function isSure(then: Pool | undefined, now: Pool): boolean {
  if (then?.avoidBuggyIPs !== now.avoidBuggyIPs) return false
  const selectors = now.allocation?.serviceSelectors ?? []
  return selectors.length === 0 || sameSelectors(then.allocation?.serviceSelectors ?? [], selectors)
}

/** Pools of which something changes that decides who may keep an address of them; and the frozen ones, which share addresses with others. */
function changedPools(before: readonly Pool[], after: readonly Pool[]): ReadonlySet<string> {
  const next = new Map(after.map((pool) => [pool.name, pool]))
  const changes = (pool: Pool, now: Pool | undefined): boolean => now === undefined || pool.frozen || now.frozen || !isAlike(pool, now)
  return new Set(before.flatMap((pool) => (changes(pool, next.get(pool.name)) ? [pool.name] : [])))
}

function isAlike(a: Pool, b: Pool): boolean {
  if (a === b) return true
  return (
    a.avoidBuggyIPs === b.avoidBuggyIPs &&
    a.ranges.length === b.ranges.length &&
    a.ranges.every(({ canonical }, index) => canonical === b.ranges[index]?.canonical) &&
    sameScope(a.allocation, b.allocation)
  )
}
