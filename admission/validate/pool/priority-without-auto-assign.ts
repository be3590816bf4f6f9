import { problem } from '../../../core/problem.ts'
import type { PoolRule } from './rule.ts'

export const priorityWithoutAutoAssign: PoolRule = ({ pool }) => {
  const priority = pool.allocation?.priority ?? 0
  if (pool.autoAssign || priority === 0) return []
  const message = `autoAssign: false means that only Services which name pool "${pool.name}" use it, so its priority ${priority} does nothing`
  return [problem('PriorityWithoutAutoAssign', 'spec.serviceAllocation.priority', message, String(priority))]
}
