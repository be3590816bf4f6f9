import type { Pool } from '../../../core/config/pool.ts'

/** Pools with serviceAllocation between which one Service may have the choice, as far as that is certain: lists of different namespaces never meet. */
export function mayMeet(a: Pool, b: Pool): boolean {
  const [first, second] = [a.allocation, b.allocation]
  if (first === undefined || second === undefined || !a.autoAssign || !b.autoAssign) return false
  const isListed = (allocation: typeof first): boolean => allocation.namespaces.size > 0 && allocation.namespaceSelectors.length === 0
  return !isListed(first) || !isListed(second) || !first.namespaces.isDisjointFrom(second.namespaces)
}
