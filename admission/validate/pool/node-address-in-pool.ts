import { formatAddress } from '../../../core/address.ts'
import { problem } from '../../../core/problem.ts'
import { rangeContains } from '../../../core/range.ts'
import type { PoolRule } from './rule.ts'

const shown = 3

/** Common on small networks, and harmless: the allocator leaves those addresses out. */
export const nodeAddressInPool: PoolRule = ({ pool, world }) => {
  const owners = world.nodes().flatMap(({ name, addresses }) => addresses.map((address) => ({ name, address })))
  return pool.ranges.flatMap((range) => {
    const inside = owners.filter(({ address }) => rangeContains(range, address))
    if (inside.length === 0) return []
    const listed = inside.slice(0, shown).map(({ name, address }) => `${formatAddress(address)} (${name})`)
    const more = inside.length > shown ? ` and ${inside.length - shown} more` : ''
    const message = `"${range.text}" holds addresses of Nodes: ${listed.join(', ')}${more}; they are never handed out`
    return [problem('NodeAddressInPool', `spec.addresses[${range.index}]`, message, range.text)]
  })
}
