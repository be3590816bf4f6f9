// What a change of the configuration costs live Services: pure, for the webhook, and for whoever wants to know before.
import type { Address } from '../../core/address.ts'
import { Coverage } from '../../core/announce/coverage.ts'
import type { Pool } from '../../core/config/pool.ts'
import type { Allocation } from '../../core/ledger.ts'
import { type NamespacedName, splitName } from '../../core/namespaced-name.ts'
import { asTexts } from '../../core/shape.ts'
import type { World } from '../world.ts'
import { whereaboutsAfter } from './addresses.ts'

export interface Loss {
  readonly service: NamespacedName
  /** Those that it loses, or that nobody announces any more. */
  readonly addresses: readonly Address[]
}

/** Services in the order of their names. A Service that is being deleted, alone or with its Namespace, loses nothing. */
export interface Impact {
  /** The controller would take what they hold, and perhaps give them something else. */
  readonly addresses: readonly Loss[]
  /** They would keep what they hold, and it is announced now; but nothing would announce it any more. */
  readonly announcements: readonly Loss[]
}

/** @param after differs from `before` in its configuration only */
export function impactOf(before: World, after: World): Impact {
  const whereabouts = whereaboutsAfter(before, after)
  const unannounced = new Unannounced(before, after)
  const addresses: Loss[] = []
  const announcements: Loss[] = []
  for (const allocation of before.ipam().allocations()) {
    const { service, addresses: held } = allocation
    const pool = whereabouts.has(service) ? whereabouts.get(service) : allocation.pool
    const lost = pool === undefined ? held : unannounced.of(allocation, pool)
    if (lost.length === 0 || isLeaving(before, service)) continue
    const list = pool === undefined ? addresses : announcements
    list.push({ service, addresses: lost })
  }
  return { addresses: addresses.toSorted(byName), announcements: announcements.toSorted(byName) }
}

/** Which addresses are announced before, and not after. */
class Unannounced {
  readonly #before: Side
  readonly #after: Side
  readonly #world: World

  constructor(before: World, after: World) {
    this.#world = before
    this.#before = sideOf(before)
    this.#after = sideOf(after)
  }

  of({ service, pool, addresses, tenant }: Allocation, poolAfter: string): readonly Address[] {
    const [then, now] = [this.#before.pools.get(pool), this.#after.pools.get(poolAfter)]
    if (then === undefined || now === undefined) return []
    const families = [...new Set(addresses.map(({ family }) => family))]
    const labels = (): Readonly<Record<string, string>> => asTexts(this.#world.serviceObject(service)?.metadata.labels)
    const announceable = { families, sharingKey: tenant.sharingKey, labels }
    const announced = this.#before.coverage.announcedFamilies({ ...announceable, pool: then })
    const remaining = this.#after.coverage.announcedFamilies({ ...announceable, pool: now })
    if (announced.every((family) => remaining.includes(family))) return []
    return addresses.filter(({ family }) => announced.includes(family) && !remaining.includes(family))
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

function isLeaving(world: World, key: NamespacedName): boolean {
  const metadata = world.serviceObject(key)?.metadata
  if (metadata === undefined || metadata.deletionTimestamp !== undefined) return true
  return world.namespaceOf(splitName(key).namespace).isEnding === true
}

function byName(a: Loss, b: Loss): number {
  return a.service < b.service ? -1 : 1
}
