// A route has one value of LOCAL_PREF: two advertisements must not give it two.
import { addressBits, type Family } from '../../core/address.ts'
import { haveLocalPrefConflict } from '../../core/announce/bgp.ts'
import type { BgpAdvert } from '../../core/config/bgp-advertisement.ts'
import type { Pool } from '../../core/config/pool.ts'
import { selectsNode } from '../../core/config/selection.ts'
import type { NodeView } from '../../core/node.ts'

/**
 * Whether two advertisements, both of which select the pool, give routes of it different values: MetalLB's rule. Those that choose by Service meet
 * perhaps never; the speaker finds it out for each Service.
 *
 * @returns the conflict in words; undefined when there is none
 */
export function localPrefConflict(a: BgpAdvert, b: BgpAdvert, pool: Pool, nodes: readonly NodeView[]): string | undefined {
  if (a.serviceSelectors.length > 0 || b.serviceSelectors.length > 0) return undefined
  const family = familiesOf(pool).find((each) => haveLocalPrefConflict([a, b], [{ family: each }]))
  if (family === undefined) return undefined
  const node = nodes.find(({ labels }) => selectsNode(a, labels) && selectsNode(b, labels))
  if (node === undefined) return undefined
  const length = a.aggregationLength[family]
  const routes = length === addressBits[family] ? `${family} routes` : `${family} routes of length ${length}`
  const values = `BGPAdvertisement "${a.name}" has ${valueOf(a)} and BGPAdvertisement "${b.name}" ${valueOf(b)}`
  return `${values} for the same ${routes} of pool "${pool.name}", from Node ${node.name} to the same peers`
}

function valueOf({ localPref }: BgpAdvert): string {
  return localPref === undefined ? 'no localPref' : `localPref ${localPref}`
}

function familiesOf(pool: Pool): readonly Family[] {
  return [...new Set(pool.ranges.map(({ first }) => first.family))]
}
