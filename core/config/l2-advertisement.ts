import type { L2Advertisement } from '../../schemas/generated/types.ts'
import type { LabelSelector } from '../../schemas/object-meta.ts'
import { type Problem, problem } from '../problem.ts'
import { quote } from '../quote.ts'
import { compileSelector, type Selector } from '../selector.ts'
import { asFields, asList, asText, type Fields } from '../shape.ts'
import { compileSelection, type Selection } from './selection.ts'

export interface NodePreference {
  readonly weight: number
  readonly selector: Selector
}

export interface L2Advert extends Selection {
  readonly name: string
  /** Exact interface names; none means every interface. */
  readonly interfaces: readonly string[]
  readonly preferred: readonly NodePreference[]
}

/** Never throws, whatever the object holds; `spec` may be absent. An advertisement with a broken selector is absent: it would announce too much. */
export function compileL2Advertisement(object: L2Advertisement): { readonly advert?: L2Advert; readonly problems: readonly Problem[] } {
  const root: Fields = asFields(object) ?? {}
  const name = asText(asFields(root['metadata'])?.['name']) ?? ''
  const spec = asFields(root['spec']) ?? {}
  const owner = `L2Advertisement "${name}"`
  const { selection, problems: selectionProblems } = compileSelection(spec, owner)
  const preferred = compilePreferences(spec['preferredNodeSelectors'], owner)
  const problems = [...selectionProblems, ...preferred.problems]
  if (problems.some(({ code }) => code !== 'DuplicateEntry')) return { problems }
  const advert: L2Advert = {
    name,
    ...selection,
    interfaces: asList(spec['interfaces']).filter((entry) => typeof entry === 'string'),
    preferred: preferred.preferred,
  }
  return { advert, problems }
}

function compilePreferences(
  list: unknown,
  owner: string,
): { readonly preferred: readonly NodePreference[]; readonly problems: readonly Problem[] } {
  const preferred: NodePreference[] = []
  const problems: Problem[] = []
  for (const [index, entry] of asList(list).entries()) {
    const path = `spec.preferredNodeSelectors[${index}]`
    const fields = asFields(entry) ?? {}
    const selector = compileSelector(fields['preference'] as LabelSelector)
    if (selector.ok) preferred.push({ weight: Number(fields['weight'] ?? 0), selector: selector.value })
    else {
      for (const error of selector.error) {
        problems.push(
          problem(
            'SelectorInvalid',
            error.field === '' ? `${path}.preference` : `${path}.preference.${error.field}`,
            `label selector ${quote(fields['preference'])} of ${owner} is not valid: ${error.message}`,
          ),
        )
      }
    }
  }
  return { preferred, problems }
}
