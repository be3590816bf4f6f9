import { compilePools } from '../../core/config/pools.ts'
import { asFields, type Fields } from '../../core/shape.ts'
import type { IPAddressPool } from '../../schemas/generated/types.ts'
import { nothingToSay, type Verdict, warningText } from '../verdict.ts'
import type { World } from '../world.ts'
import { allProblems } from './all-problems.ts'
import { ownNamespaceProblems } from './own-namespace.ts'
import { equalPriorities } from './pool/equal-priorities.ts'
import { nodeAddressInPool } from './pool/node-address-in-pool.ts'
import { poolNotAdvertised } from './pool/pool-not-advertised.ts'
import { poolOrder } from './pool/pool-order.ts'
import { priorityWithoutAutoAssign } from './pool/priority-without-auto-assign.ts'
import { rangeNotCanonical } from './pool/range-not-canonical.ts'
import type { PoolRule } from './pool/rule.ts'
import { selectsNothing } from './pool/selects-nothing.ts'
import { shapeProblems } from './shape.ts'

const rules: readonly PoolRule[] = [
  rangeNotCanonical,
  nodeAddressInPool,
  poolNotAdvertised,
  poolOrder,
  equalPriorities,
  priorityWithoutAutoAssign,
  selectsNothing,
]

/** Shape, ranges, selectors, overlaps with every pool of the world, and a second default pool: everything that is wrong, at once. */
export function validateIPAddressPool(object: Fields, place: { readonly namespace: string; readonly name: string }, world: World): Verdict {
  const candidate = underReview(object, place.name)
  const others = world.poolObjects.filter(({ metadata }) => metadata.name !== place.name)
  const compiled = compilePools([...others, candidate])
  const problems = compiled.problems.get(place.name) ?? []
  const pool = compiled.pools.find(({ name }) => name === place.name)
  const spec = asFields(object['spec']) ?? {}
  const facts = { spec, others: compiled.pools.filter(({ name }) => name !== place.name), world }
  // A pool that is refused anyway is not worth advice.
  const advice = pool === undefined || problems.length > 0 ? [] : rules.flatMap((rule) => rule({ ...facts, pool }))
  return {
    ...nothingToSay,
    problems: allProblems(
      [...ownNamespaceProblems(place.namespace, world.namespace), ...shapeProblems('metallb.io/v1beta1/IPAddressPool', object)],
      problems,
    ),
    warnings: [...(compiled.warnings.get(place.name) ?? []), ...advice].map(warningText),
  }
}

/**
 * The object as the compiler is to see it: under the name that it will have, and as the youngest of all, because between two pools that
 * exclude each other the one that is being written is the one to refuse, however old it is.
 */
function underReview(object: Fields, name: string): IPAddressPool {
  const { creationTimestamp: _age, ...metadata } = asFields(object['metadata']) ?? {}
  // The compiler reads every field with care, so that an object of any shape may be given to it.
  return { ...object, metadata: { ...metadata, name } } as unknown as IPAddressPool
}
