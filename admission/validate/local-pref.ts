// A route has one value of LOCAL_PREF: two advertisements must not give it two.
import { addressBits, type Family } from '../../core/address.ts'
import { haveLocalPrefConflict } from '../../core/announce/bgp.ts'
import type { BgpAdvert } from '../../core/config/bgp-advertisement.ts'
import type { Pool } from '../../core/config/pool.ts'
import { selectsNode, selectsPool } from '../../core/config/selection.ts'
import type { NodeView } from '../../core/node.ts'

const families: readonly Family[] = ['IPv4', 'IPv6']
const eitherFamily = families.map((family) => ({ family }))

/**
 * Whether two advertisements give routes of one of the pools different values: MetalLB's rule. Those that choose by Service meet perhaps never; the
 * speaker finds it out for each Service. What tells most pairs apart is asked first: there may be thousands of pools.
 *
 * @returns the conflict in words, about the first such pool; undefined when there is none
 */
export function localPrefConflict(a: BgpAdvert, b: BgpAdvert, pools: readonly Pool[], nodes: readonly NodeView[]): string | undefined {
  if (a.serviceSelectors.length > 0 || b.serviceSelectors.length > 0) return undefined
  if (!haveLocalPrefConflict([a, b], eitherFamily)) return undefined
  const disputed = families.filter((family) => haveLocalPrefConflict([a, b], [{ family }]))
  const node = nodes.find(({ labels }) => selectsNode(a, labels) && selectsNode(b, labels))
  if (node === undefined) return undefined
  const pool = pools.find((each) => disputed.some((family) => hasFamily(each, family)) && selectsPool(a, each) && selectsPool(b, each))
  const family = disputed.find((each) => pool !== undefined && hasFamily(pool, each))
  if (pool === undefined || family === undefined) return undefined
  const length = a.aggregationLength[family]
  const routes = length === addressBits[family] ? `${family} routes` : `${family} routes of length ${length}`
  const values = `BGPAdvertisement "${a.name}" has ${valueOf(a)} and BGPAdvertisement "${b.name}" ${valueOf(b)}`
  return `${values} for the same ${routes} of pool "${pool.name}", from Node ${node.name} to the same peers`
}

function hasFamily(pool: Pool, family: Family): boolean {
  return pool.ranges.some(({ first }) => first.family === family)
}

function valueOf({ localPref }: BgpAdvert): string {
  return localPref === undefined ? 'no localPref' : `localPref ${localPref}`
}
