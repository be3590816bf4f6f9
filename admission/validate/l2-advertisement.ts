import { compileL2Advertisement } from '../../core/config/l2-advertisement.ts'
import { asFields, type Fields } from '../../core/shape.ts'
import type { L2Advertisement } from '../../schemas/generated/types.ts'
import { nothingToSay, type Verdict, warningText } from '../verdict.ts'
import type { World } from '../world.ts'
import { advertisedPoolUnknown } from './advertisement/advertised-pool-unknown.ts'
import { nodesSelected } from './advertisement/nodes-selected.ts'
import { allProblems } from './all-problems.ts'
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
  const { advert, problems } = compileL2Advertisement(candidate)
  const selected = advert === undefined ? [] : nodesSelected(advert, world)
  return {
    ...nothingToSay,
    problems: allProblems(
      [...ownNamespaceProblems(place.namespace, world.namespace), ...shapeProblems('metallb.io/v1beta1/L2Advertisement', object)],
      problems,
    ),
    warnings: [...advertisedPoolUnknown(object, world), ...selected].map(warningText),
  }
}
