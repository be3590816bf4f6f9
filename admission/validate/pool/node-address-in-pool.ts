import { formatAddress } from '../../../core/address.ts'
import { problem } from '../../../core/problem.ts'
import { rangeContains } from '../../../core/range.ts'
import { listed } from '../listed.ts'
import type { PoolRule } from './rule.ts'

/** Common on small networks, and harmless: the allocator leaves those addresses out. */
export const nodeAddressInPool: PoolRule = ({ pool, world }) => {
  const owners = world.nodes().flatMap(({ name, addresses }) => addresses.map((address) => ({ name, address })))
  return pool.ranges.flatMap((range) => {
    const inside = owners.filter(({ address }) => rangeContains(range, address))
    if (inside.length === 0) return []
    const owned = inside.map(({ name, address }) => `${formatAddress(address)} (${name})`)
    const message = `"${range.text}" holds addresses of Nodes: ${listed(owned, 3)}; they are never handed out`
    return [problem('NodeAddressInPool', `spec.addresses[${range.index}]`, message, range.text)]
  })
}
