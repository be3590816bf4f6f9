import { nearest } from '../../../core/nearest.ts'
import { type Problem, problem } from '../../../core/problem.ts'
import { asFields, asList, asText, type Fields } from '../../../core/shape.ts'
import type { World } from '../../world.ts'

/** The pool may be the next object of the same file, so this is only said. */
export function advertisedPoolUnknown(object: Fields, world: World): readonly Problem[] {
  const known = world.poolObjects.flatMap(({ metadata }) => metadata.name ?? [])
  return asList(asFields(object['spec'])?.['ipAddressPools']).flatMap((entry, index) => {
    const name = asText(entry)
    if (name === undefined || known.includes(name)) return []
    const guess = nearest(name, known)
    const hint = guess === undefined ? '' : `; did you mean "${guess}"?`
    const message = `there is no pool "${name.slice(0, 63)}" yet, so nothing of it is announced${hint}`
    return [problem('PoolUnknown', `spec.ipAddressPools[${index}]`, message, name)]
  })
}
