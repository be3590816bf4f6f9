// The pools that come before those from which a Service got its addresses, and why they did not serve it: looked at only when somebody is told.
import type { Ask } from './candidates.ts'
import { defaultPoolFor } from './default-pool.ts'
import { openSpace, type Placing, whyNotAny } from './placement.ts'
import type { PoolSpace } from './pool-space.ts'
import { type Passed, type PoolRefusal, traced } from './refusal.ts'

/**
 * Why the pools that come before those of the Service's addresses did not serve it: asked for when it has just been served, and only then worked out.
 *
 * @param pools of its addresses
 */
export function findPassed(placing: Placing, pools: readonly string[], ask: Ask): Passed | undefined {
  const { ledger } = placing
  const { requestedAddresses, requestedPools, families } = ask.service
  if (requestedAddresses.length > 0) return undefined
  const last = pools.reduce((latest, name) => Math.max(latest, requestedPools.indexOf(name)), 0)
  const listed = requestedPools.slice(0, last).filter((name) => !pools.includes(name))
  if (requestedPools.length > 0)
    return passedOf(
      listed.flatMap((name) => whyNotListed(placing, name, ask)),
      listed.length,
    )
  const { first, count } = spacesBefore(placing, ledger.space(pools[0] ?? ''), ask)
  const reasons = first.map((space) => whyNotAny(ledger, space, families, ask))
  // Another reason than room decided, such as an address that was kept for it.
  return reasons.some((refusals) => refusals.length === 0) ? undefined : passedOf(reasons.flat(), count)
}

function passedOf(refusals: readonly PoolRefusal[], count: number): Passed | undefined {
  return count === 0 || refusals.length === 0 ? undefined : { refusals: refusals.slice(0, traced), more: Math.max(count - traced, 0) }
}

function whyNotListed({ ledger, order }: Placing, name: string, ask: Ask): readonly PoolRefusal[] {
  const space = openSpace(ledger, order, name, ask.namespace)
  return space.ok ? whyNotAny(ledger, space.value, ask.service.families, ask) : [space.error]
}

function spacesBefore(
  { ledger, order, policies }: Placing,
  space: PoolSpace | undefined,
  { service, namespace }: Ask,
): { readonly first: readonly PoolSpace[]; readonly count: number } {
  const pinned = order.pinned(service, namespace).flatMap(({ name }) => ledger.space(name) ?? [])
  if (space === undefined) return { first: [], count: 0 }
  const index = pinned.indexOf(space)
  if (index >= 0) return { first: pinned.slice(0, Math.min(index, traced)), count: index }
  const preferred = ledger.space(service.preferredPool ?? defaultPoolFor(service, namespace, order, policies) ?? '')
  const general = ledger.general.before(space, preferred, traced)
  return { first: [...pinned, ...general.first].slice(0, traced), count: pinned.length + general.count }
}
