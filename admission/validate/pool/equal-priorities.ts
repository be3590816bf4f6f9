import { problem } from '../../../core/problem.ts'
import { listed } from '../listed.ts'
import { mayMeet } from './meeting.ts'
import type { PoolRule } from './rule.ts'

export const equalPriorities: PoolRule = ({ pool, others }) => {
  const priority = pool.allocation?.priority ?? 0
  const same = others.filter((other) => mayMeet(pool, other) && other.allocation?.priority === priority)
  if (priority === 0 || same.length === 0) return []
  const names = same.map(({ name }) => `"${name}"`)
  const message = `priority ${priority} is that of ${listed(names, 3)} too; equal ones are used in the order of their names`
  return [problem('EqualPriorities', 'spec.serviceAllocation.priority', message, String(priority))]
}
