// Which addresses are announced before a change, and by nobody after it.
import type { Address, Family } from '../../core/address.ts'
import type { Allocation } from '../../core/allocation.ts'
import { Coverage } from '../../core/announce/coverage.ts'
import type { Pool } from '../../core/config/pool.ts'
import type { Labels } from '../../core/selector.ts'
import { asTexts } from '../../core/shape.ts'
import type { World } from '../world.ts'

const bothFamilies: readonly (readonly Family[])[] = [['IPv4'], ['IPv6'], ['IPv4', 'IPv6']]

export class Announcements {
  readonly #world: World
  readonly #before: Side
  readonly #after: Side
  readonly #mayEnd = new Map<string, boolean>()

  constructor(before: World, after: World) {
    this.#world = before
    this.#before = sideOf(before)
    this.#after = sideOf(after)
  }

  /** Whether any Service that stays in this pool may lose an announcement: asked of pools, not of thousands of Services. */
  mayEnd(name: string): boolean {
    const known = this.#mayEnd.get(name) ?? this.#judge(this.#before.pools.get(name), this.#after.pools.get(name))
    this.#mayEnd.set(name, known)
    return known
  }

  /** @param poolsAfter of the same addresses */
  endedFor(allocation: Allocation, poolsAfter: readonly string[]): readonly Address[] {
    const { addresses, pools } = allocation
    const indexes = Map.groupBy(addresses.keys(), (index) => `${pools[index]} ${poolsAfter[index]}`)
    return [...indexes.values()].flatMap((group) => this.#endedOf(allocation, poolsAfter, group))
  }

  /** @param group positions of addresses of one pool that will be of one pool */
  #endedOf({ service, addresses, pools, tenant }: Allocation, poolsAfter: readonly string[], group: readonly number[]): readonly Address[] {
    const [index = 0] = group
    const [then, now] = [this.#before.pools.get(pools[index] ?? ''), this.#after.pools.get(poolsAfter[index] ?? '')]
    if (then === undefined || now === undefined) return []
    const theirs = group.flatMap((each) => addresses[each] ?? [])
    const families = [...new Set(theirs.map(({ family }) => family))]
    const labels = (): Labels => asTexts(this.#world.serviceObject(service)?.metadata.labels)
    const ended = this.#ended(then, now, { families, labels, sharingKey: tenant.sharingKey })
    return ended.length === 0 ? [] : theirs.filter(({ family }) => ended.includes(family))
  }

  #judge(then: Pool | undefined, now: Pool | undefined): boolean {
    if (then === undefined || now === undefined) return false
    if (this.#before.coverage.choosesByService(then) || this.#after.coverage.choosesByService(now)) return true
    return bothFamilies.some((families) => this.#ended(then, now, { families, labels: () => ({}), sharingKey: undefined }).length > 0)
  }

  #ended(then: Pool, now: Pool, service: Omit<Parameters<Coverage['announcedFamilies']>[0], 'pool'>): readonly Family[] {
    const announced = this.#before.coverage.announcedFamilies({ ...service, pool: then })
    if (announced.length === 0) return []
    const remaining = this.#after.coverage.announcedFamilies({ ...service, pool: now })
    return announced.filter((family) => !remaining.includes(family))
  }
}

interface Side {
  readonly pools: ReadonlyMap<string, Pool>
  readonly coverage: Coverage
}

function sideOf(world: World): Side {
  const { names } = world.communities.compiled
  const coverage = new Coverage({
    nodes: world.nodes(),
    ignoresExcludeLabel: world.ignoresExcludeLabel,
    l2Adverts: world.l2Advertisements.compiled,
    bgpAdverts: world.bgpAdvertisements.compiled.filter(({ aliases }) => aliases.every((alias) => names.has(alias))),
    peers: world.peers.compiled,
  })
  return { pools: new Map(world.pools.pools.map((pool) => [pool.name, pool])), coverage }
}
