// What a change of the configuration costs live Services: pure, for the webhook, and for whoever wants to know before.
import type { Address } from '../../core/address.ts'
import { type NamespacedName, splitName } from '../../core/namespaced-name.ts'
import type { World } from '../world.ts'
import { Whereabouts } from './addresses.ts'
import { Announcements } from './announcements.ts'

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

/**
 * Costs as much as there are Services in the pools of which something changes.
 *
 * @param after differs from `before` in its configuration only
 */
export function impactOf(before: World, after: World): Impact {
  const whereabouts = new Whereabouts(before, after)
  const announcements = new Announcements(before, after)
  const impact = { addresses: [] as Loss[], announcements: [] as Loss[] }
  for (const allocation of before.ipam().allocations()) {
    const { service, addresses, pools } = allocation
    if (!pools.some((pool) => whereabouts.mayMove(pool) || announcements.mayEnd(pool))) continue
    const poolsAfter = whereabouts.poolsAfter(allocation)
    const lost = poolsAfter === undefined ? addresses : announcements.endedFor(allocation, poolsAfter)
    if (lost.length === 0 || isLeaving(before, service)) continue
    impact[poolsAfter === undefined ? 'addresses' : 'announcements'].push({ service, addresses: lost })
  }
  return { addresses: impact.addresses.toSorted(byName), announcements: impact.announcements.toSorted(byName) }
}

function isLeaving(world: World, key: NamespacedName): boolean {
  const metadata = world.serviceObject(key)?.metadata
  if (metadata === undefined || metadata.deletionTimestamp !== undefined) return true
  return world.namespaceOf(splitName(key).namespace).isEnding === true
}

function byName(a: Loss, b: Loss): number {
  return a.service < b.service ? -1 : 1
}
