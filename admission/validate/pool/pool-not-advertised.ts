import { compileSelection, type Selection, selectsPool } from '../../../core/config/selection.ts'
import { problem } from '../../../core/problem.ts'
import { asFields } from '../../../core/shape.ts'
import type { PoolRule } from './rule.ts'

/** Its Services get addresses that nobody answers for. The advertisement is often the next object of the same file, hence "yet". */
export const poolNotAdvertised: PoolRule = ({ pool, world }) => {
  if (world.selections().some((selection) => selectsPool(selection, pool))) return []
  const message = `no L2Advertisement or BGPAdvertisement selects pool "${pool.name}" yet: its addresses are handed out but not announced`
  return [problem('PoolNotAdvertised', 'metadata.name', message)]
}

/** What both kinds of advertisement select, in the same fields. */
export function selectionOf(advertisement: { readonly spec?: unknown }): Selection {
  return compileSelection(asFields(advertisement.spec) ?? {}, 'the advertisement').selection
}
