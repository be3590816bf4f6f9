import { nearest } from '../../../core/nearest.ts'
import type { Problem } from '../../../core/problem.ts'
import { problem } from '../../../core/problem.ts'
import type { Labels } from '../../../core/selector.ts'
import { compileSelector } from '../../../core/selector.ts'
import { asFields, asList } from '../../../core/shape.ts'
import type { LabelSelector } from '../../../schemas/object-meta.ts'
import type { PoolRule } from './rule.ts'

/** Names and selectors of serviceAllocation that match nothing today. What they mean may still come, so this is only said. */
export const selectsNothing: PoolRule = ({ pool, spec, world }) => {
  const { allocation } = pool
  const fields = asFields(spec['serviceAllocation'])
  if (allocation === undefined || fields === undefined) return []
  const path = 'spec.serviceAllocation'
  const namespaces = world.namespaces()
  const names = namespaces.map(({ name }) => name)
  const missing = [...allocation.namespaces].filter((name) => !names.includes(name))
  return [
    ...missing.map((name) => {
      const guess = nearest(name, names)
      const hint = guess === undefined ? '' : `; did you mean "${guess}"?`
      const index = asList(fields['namespaces']).indexOf(name)
      return problem('SelectsNothing', `${path}.namespaces[${index}]`, `there is no namespace "${name.slice(0, 63)}" yet${hint}`, name)
    }),
    ...idle(fields['namespaceSelectors'], `${path}.namespaceSelectors`, {
      what: 'namespace',
      labels: namespaces.map(({ labels }) => labels),
    }),
    ...idle(fields['serviceSelectors'], `${path}.serviceSelectors`, {
      what: 'Service of type LoadBalancer',
      labels: world.serviceLabels(),
    }),
  ]
}

function idle(
  list: unknown,
  path: string,
  { what, labels }: { readonly what: string; readonly labels: readonly Labels[] },
): readonly Problem[] {
  return asList(list).flatMap((entry, index) => {
    const selector = compileSelector(entry as LabelSelector)
    if (!selector.ok || labels.some((each) => selector.value.matches(each))) return []
    return [problem('SelectsNothing', `${path}[${index}]`, `no ${what} matches ${selector.value.canonical.slice(0, 100)} today`)]
  })
}
