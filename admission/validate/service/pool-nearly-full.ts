import type { Family } from '../../../core/address.ts'
import type { Ipam } from '../../../core/ipam.ts'
import { type Finding, type ServiceRule, warn } from './rule.ts'

const nearlyFullPercent = 95n

/** Said to whoever takes one of the last addresses of a pool of several; a pool of one address is full by intention. */
export const poolNearlyFull: ServiceRule = ({ ipam, outcome }) => {
  if (!outcome.ok) return []
  const { pools, addresses } = outcome.value
  const taken = addresses.flatMap((address, index) =>
    ipam.holdersOf(address).length === 0 ? [{ pool: pools[index] ?? '', family: address.family }] : [],
  )
  const groups = Map.groupBy(taken, ({ pool, family }) => `${family} ${pool}`)
  return [...groups.values()].flatMap((group) => group.slice(0, 1).flatMap(({ pool, family }) => judge(ipam, pool, family, group.length)))
}

function judge(ipam: Ipam, pool: string, family: Family, taken: number): readonly Finding[] {
  const usage = ipam.usage(pool)
  if (usage === undefined) return []
  const [before, total] = family === 'IPv4' ? [usage.assignedIPv4, usage.totalIPv4] : [usage.assignedIPv6, usage.totalIPv6]
  const used = before + BigInt(taken)
  if (total <= 1n || used * 100n < total * nearlyFullPercent) return []
  const state = `with this Service ${used} of its ${total} ${family} addresses are in use`
  return [warn('PoolNearlyFull', 'spec.type', `pool "${pool}" is nearly full: ${state}`)]
}
