import { compilePools } from '../../core/config/pools.ts'
import { asFields, type Fields } from '../../core/shape.ts'
import type { IPAddressPool } from '../../schemas/generated/types.ts'
import { nothingToSay, type Verdict } from '../verdict.ts'
import type { World } from '../world.ts'
import { allProblems } from './all-problems.ts'
import { ownNamespaceProblems } from './own-namespace.ts'
import { shapeProblems } from './shape.ts'

/** Shape, ranges, selectors, overlaps with every pool of the world, and a second default pool: everything that is wrong, at once. */
export function validateIPAddressPool(object: Fields, place: { readonly namespace: string; readonly name: string }, world: World): Verdict {
  const candidate = underReview(object, place.name)
  const others = world.poolObjects.filter(({ metadata }) => metadata.name !== place.name)
  const compiled = compilePools([...others, candidate])
  return {
    ...nothingToSay,
    problems: allProblems(
      [...ownNamespaceProblems(place.namespace, world.namespace), ...shapeProblems('metallb.io/v1beta1/IPAddressPool', object)],
      compiled.problems.get(place.name) ?? [],
    ),
    warnings: (compiled.warnings.get(place.name) ?? []).map(({ field, message, code }) => `${field}: ${message} [${code}]`),
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
