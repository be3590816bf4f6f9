import { compileL2Advertisement } from '../../core/config/l2-advertisement.ts'
import { asFields, asList, asText, type Fields } from '../../core/shape.ts'
import type { L2Advertisement } from '../../schemas/generated/types.ts'
import { nothingToSay, type Verdict } from '../verdict.ts'
import type { World } from '../world.ts'
import { allProblems } from './all-problems.ts'
import { nearest } from './nearest.ts'
import { ownNamespaceProblems } from './own-namespace.ts'
import { shapeProblems } from './shape.ts'

/** Shape, selectors and duplicates; a pool that does not exist (yet) is only warned about, because it may be the next object of the same file. */
export function validateL2Advertisement(
  object: Fields,
  place: { readonly namespace: string; readonly name: string },
  world: World,
): Verdict {
  // The compiler reads every field with care, so that an object of any shape may be given to it.
  const candidate = { ...object, metadata: { ...asFields(object['metadata']), name: place.name } } as unknown as L2Advertisement
  return {
    ...nothingToSay,
    problems: allProblems(
      [...ownNamespaceProblems(place.namespace, world.namespace), ...shapeProblems('metallb.io/v1beta1/L2Advertisement', object)],
      compileL2Advertisement(candidate).problems,
    ),
    warnings: unknownPools(object, world),
  }
}

function unknownPools(object: Fields, world: World): readonly string[] {
  const known = world.poolObjects.flatMap(({ metadata }) => metadata.name ?? [])
  return asList(asFields(object['spec'])?.['ipAddressPools']).flatMap((entry, index) => {
    const name = asText(entry)
    if (name === undefined || known.includes(name)) return []
    const guess = nearest(name, known)
    const hint = guess === undefined ? '' : `; did you mean "${guess}"?`
    return [`spec.ipAddressPools[${index}]: there is no pool "${name.slice(0, 63)}" yet, so nothing of it is announced${hint}`]
  })
}
