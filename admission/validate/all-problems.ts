import type { Problem } from '../../core/problem.ts'

/**
 * Joins what the schema and what the rules say about one object. A value of the wrong shape makes rules complain about the same place: there
 * the schema's words count; about what is missing the rules know more.
 */
export function allProblems(shape: readonly Problem[], rules: readonly Problem[]): readonly Problem[] {
  const kept = shape.filter(({ code, field }) => code !== 'MissingField' || !rules.some((rule) => isSamePlace(field, rule.field)))
  return [...kept, ...rules.filter((rule) => !kept.some(({ field }) => isSamePlace(field, rule.field)))]
}

function isSamePlace(a: string, b: string): boolean {
  const [outer, inner] = a.length <= b.length ? [a, b] : [b, a]
  return inner.startsWith(outer) && (inner.length === outer.length || inner[outer.length] === '.' || inner[outer.length] === '[')
}
