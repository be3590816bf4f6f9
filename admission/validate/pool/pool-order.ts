import type { Pool } from '../../../core/config/pool.ts'
import { byPriority } from '../../../core/pool-order.ts'
import { problem } from '../../../core/problem.ts'
import { mayMeet } from './meeting.ts'
import type { PoolRule } from './rule.ts'

/** People read priorities both ways round: whoever writes one is shown what it does. */
export const poolOrder: PoolRule = ({ pool, others, world }) => {
  const rivals = others.filter((other) => mayMeet(pool, other))
  const order = [...rivals, pool].toSorted(byPriority(world.poolPriority))
  if (rivals.length === 0 || order.every((each) => priorityOf(each) === 0)) return []
  const place = order.indexOf(pool)
  const [before, after] = [order[place - 1], order[place + 1]]
  const parts = [
    ...(before === undefined ? [] : [`after ${shownAs(before)}`]),
    ...(after === undefined ? [] : [`before ${shownAs(after)}`]),
  ]
  return [problem('PoolOrder', 'spec.serviceAllocation.priority', `${shownAs(pool)} is used ${parts.join(' and ')}`)]
}

function shownAs(pool: Pool): string {
  return `"${pool.name}" (${priorityOf(pool) === 0 ? 'no priority' : priorityOf(pool)})`
}

function priorityOf(pool: Pool): number {
  return pool.allocation?.priority ?? 0
}
