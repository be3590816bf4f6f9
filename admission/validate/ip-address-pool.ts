import { compilePools } from '../../core/config/pools.ts'
import { asFields, type Fields } from '../../core/shape.ts'
import type { IPAddressPool } from '../../schemas/generated/types.ts'
import { type Verdict, warningText } from '../verdict.ts'
import type { World } from '../world.ts'
import { verdictOn } from './own-kind.ts'
import { type Place, placed } from './place.ts'
import { equalPriorities } from './pool/equal-priorities.ts'
import { nodeAddressInPool } from './pool/node-address-in-pool.ts'
import { poolNotAdvertised } from './pool/pool-not-advertised.ts'
import { poolOrder } from './pool/pool-order.ts'
import { priorityWithoutAutoAssign } from './pool/priority-without-auto-assign.ts'
import { rangeNotCanonical } from './pool/range-not-canonical.ts'
import type { PoolRule } from './pool/rule.ts'
import { selectsNothing } from './pool/selects-nothing.ts'

const advice: readonly PoolRule[] = [
  rangeNotCanonical,
  nodeAddressInPool,
  poolNotAdvertised,
  poolOrder,
  equalPriorities,
  priorityWithoutAutoAssign,
  selectsNothing,
]

/** Shape, ranges, selectors, overlaps with every pool of the world, and a second default pool: everything that is wrong, at once. */
export function validateIPAddressPool(object: Fields, place: Place, world: World): Verdict {
  const others = world.poolObjects.filter(({ metadata }) => metadata.name !== place.name)
  const compiled = compilePools([...others, underReview(object, place)])
  const pool = compiled.pools.find(({ name }) => name === place.name)
  const spec = asFields(object['spec']) ?? {}
  const facts = { spec, others: compiled.pools.filter(({ name }) => name !== place.name), world }
  const verdict = verdictOn(
    { key: 'metallb.io/v1beta1/IPAddressPool', object, place, world },
    compiled.problems.get(place.name) ?? [],
    () => (pool === undefined ? [] : advice.flatMap((rule) => rule({ ...facts, pool }))),
  )
  return { ...verdict, warnings: [...(compiled.warnings.get(place.name) ?? []).map(warningText), ...verdict.warnings] }
}

/**
 * As the youngest of all, because between two pools that exclude each other the one that is being written is the one to refuse, however old
 * it is.
 */
function underReview(object: Fields, place: Place): IPAddressPool {
  const { creationTimestamp: _age, ...metadata } = asFields(object['metadata']) ?? {}
  return placed({ ...object, metadata }, place)
}
