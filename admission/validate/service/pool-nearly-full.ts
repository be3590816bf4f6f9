import { type ServiceRule, warn } from './rule.ts'

const nearlyFullPercent = 95n

/** Said to whoever takes one of the last addresses of a pool of several; a pool of one address is full by intention. */
export const poolNearlyFull: ServiceRule = ({ ipam, outcome }) => {
  if (!outcome.ok) return []
  const { pool, addresses } = outcome.value
  const usage = ipam.usage(pool)
  if (usage === undefined) return []
  return addresses.flatMap((address) => {
    const { family } = address
    const [used, total] = family === 'IPv4' ? [usage.assignedIPv4, usage.totalIPv4] : [usage.assignedIPv6, usage.totalIPv6]
    const isNew = ipam.holdersOf(address).length === 0
    if (!isNew || total <= 1n || (used + 1n) * 100n < total * nearlyFullPercent) return []
    const state = `with this Service ${used + 1n} of its ${total} ${family} addresses are in use`
    return [warn('PoolNearlyFull', 'spec.type', `pool "${pool}" is nearly full: ${state}`)]
  })
}
