// Lists of label selectors as the kinds of metallb.io hold them: the entries of a list are alternatives.
import type { LabelSelector } from '../../schemas/object-meta.ts'
import { type Problem, problem } from '../problem.ts'
import { quote } from '../quote.ts'
import { compileSelector, type Labels, type Selector } from '../selector.ts'
import { asList } from '../shape.ts'

export interface CompiledSelectors {
  readonly selectors: readonly Selector[]
  readonly problems: readonly Problem[]
}

/** @param field path of the list, e.g. `spec.serviceAllocation.serviceSelectors` */
export function compileSelectors(list: unknown, field: string, owner: string): CompiledSelectors {
  const selectors: Selector[] = []
  const problems: Problem[] = []
  const seen = new Map<string, number>()
  for (const [index, entry] of asList(list).entries()) {
    const path = `${field}[${index}]`
    const compiled = compileSelector(entry as LabelSelector)
    if (!compiled.ok) {
      for (const error of compiled.error) {
        problems.push(
          problem(
            'SelectorInvalid',
            error.field === '' ? path : `${path}.${error.field}`,
            `label selector ${quote(entry)} of ${owner} is not valid: ${error.message}`,
          ),
        )
      }
      continue
    }
    const earlier = seen.get(compiled.value.canonical)
    if (earlier === undefined) seen.set(compiled.value.canonical, index)
    else {
      problems.push(
        problem(
          'DuplicateEntry',
          path,
          `duplicate label selector ${quote(entry)} in ${owner}: ${field}[${earlier}] says the same; remove one of them`,
        ),
      )
    }
    selectors.push(compiled.value)
  }
  return { selectors, problems }
}

export function anyMatches(selectors: readonly Selector[], labels: Labels): boolean {
  return selectors.some((selector) => selector.matches(labels))
}

/** The same texts in the same order. */
export function sameSelectors(a: readonly Selector[], b: readonly Selector[]): boolean {
  return a.length === b.length && a.every(({ canonical }, index) => canonical === b[index]?.canonical)
}

/** Texts of a list that must not repeat: names of pools, namespaces, peers. */
export function compileNames(
  list: unknown,
  field: string,
  owner: string,
): { readonly names: readonly string[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const seen = new Map<string, number>()
  for (const [index, entry] of asList(list).entries()) {
    if (typeof entry !== 'string') {
      problems.push(problem('WrongType', `${field}[${index}]`, `${quote(entry)} in ${field} of ${owner} is not a text; write a name`))
      continue
    }
    const earlier = seen.get(entry)
    if (earlier === undefined) seen.set(entry, index)
    else {
      problems.push(
        problem(
          'DuplicateEntry',
          `${field}[${index}]`,
          `duplicate ${quote(entry)} in ${field} of ${owner}: entry ${earlier} is the same; remove one of them`,
          entry,
        ),
      )
    }
  }
  return { names: [...seen.keys()], problems }
}
