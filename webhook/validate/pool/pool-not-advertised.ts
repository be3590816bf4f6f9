import { selectsPool } from '../../../core/config/l2-advertisement.ts'
import { compileNames, compileSelectors } from '../../../core/config/selectors.ts'
import { problem } from '../../../core/problem.ts'
import { asFields } from '../../../core/shape.ts'
import type { PoolSelection } from '../../world.ts'
import type { PoolRule } from './rule.ts'

/** Its Services get addresses that nobody answers for. The advertisement is often the next object of the same file, hence "yet". */
export const poolNotAdvertised: PoolRule = ({ pool, world }) => {
  if (world.poolSelections().some((selection) => selectsPool(selection, pool))) return []
  const message = `no L2Advertisement or BGPAdvertisement selects pool "${pool.name}" yet: its addresses are handed out but not announced`
  return [problem('PoolNotAdvertised', 'metadata.name', message)]
}

/** What both kinds of advertisement say about pools, in the same fields. A broken selector selects nothing. */
export function poolSelectionOf(advertisement: { readonly spec?: unknown }): PoolSelection {
  const spec = asFields(advertisement.spec) ?? {}
  const names = compileNames(spec['ipAddressPools'], 'spec.ipAddressPools', '').names
  return {
    poolNames: new Set(names),
    poolSelectors: compileSelectors(spec['ipAddressPoolSelectors'], 'spec.ipAddressPoolSelectors', '').selectors,
  }
}
