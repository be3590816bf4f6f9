import { problem } from '../../../core/problem.ts'
import { rangesOverlap } from '../../../core/range.ts'
import { listed } from '../listed.ts'
import type { PoolRule } from './rule.ts'

/** Traffic for such an address stays inside the cluster, or two things have one address. */
export const clusterNetworkInPool: PoolRule = ({ pool, world }) => {
  const networks = world.clusterNetworks()
  return pool.ranges.flatMap((range) => {
    const inside = networks.filter((network) => rangesOverlap(range, network))
    if (inside.length === 0) return []
    const names = listed(
      inside.map(({ text, of }) => `${text} (${of})`),
      3,
    )
    const message = `"${range.text}" shares addresses with ${names}; choose addresses that the cluster does not use itself`
    return [problem('ClusterNetworkInPool', `spec.addresses[${range.index}]`, message, range.text)]
  })
}
