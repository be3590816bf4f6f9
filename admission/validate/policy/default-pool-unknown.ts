import { nearest } from '../../../core/nearest.ts'
import { problem } from '../../../core/problem.ts'
import type { PolicyRule } from './rule.ts'

/** The pool may be the next object of the same file, so this is only said. */
export const defaultPoolUnknown: PolicyRule = ({ policy: { defaultPool }, world }) => {
  const known = world.poolObjects.flatMap(({ metadata }) => metadata.name ?? [])
  if (defaultPool === undefined || known.includes(defaultPool)) return []
  const guess = nearest(defaultPool, known)
  const hint = guess === undefined ? '' : `; did you mean "${guess}"?`
  const message = `there is no pool "${defaultPool.slice(0, 63)}" yet, so nobody gets it as default${hint}`
  return [problem('PoolUnknown', 'spec.defaultPool', message, defaultPool)]
}
