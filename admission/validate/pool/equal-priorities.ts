import { problem } from '../../../core/problem.ts'
import { mayMeet } from './meeting.ts'
import type { PoolRule } from './rule.ts'

const shown = 3

export const equalPriorities: PoolRule = ({ pool, others }) => {
  const priority = pool.allocation?.priority ?? 0
  const same = others.filter((other) => mayMeet(pool, other) && other.allocation?.priority === priority)
  if (priority === 0 || same.length === 0) return []
  const more = same.length > shown ? ` and ${same.length - shown} more` : ''
  const names = same.slice(0, shown).map(({ name }) => `"${name}"`)
  const message = `priority ${priority} is that of ${names.join(', ')}${more} too; equal ones are used in the order of their names`
  return [problem('EqualPriorities', 'spec.serviceAllocation.priority', message, String(priority))]
}
