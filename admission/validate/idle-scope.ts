import { didYouMean } from '../../core/nearest.ts'
import { type Problem, problem } from '../../core/problem.ts'
import { compileSelector, type Labels } from '../../core/selector.ts'
import { asList, asText, type Fields } from '../../core/shape.ts'
import type { LabelSelector } from '../../schemas/object-meta.ts'
import type { World } from '../world.ts'

/**
 * Names and selectors of namespaces and Services that match nothing today. What they mean may still come, so this is only said.
 *
 * @param fields the object with `namespaces`, `namespaceSelectors` and `serviceSelectors`
 * @param path of that object
 */
export function idleScope(fields: Fields, path: string, world: World): readonly Problem[] {
  const namespaces = world.namespaces()
  const names = namespaces.map(({ name }) => name)
  const missing = asList(fields['namespaces']).flatMap((entry, index) => {
    const name = asText(entry)
    if (name === undefined || names.includes(name)) return []
    const message = `there is no namespace "${name.slice(0, 63)}" yet${didYouMean(name, names)}`
    return [problem('SelectsNothing', `${path}.namespaces[${index}]`, message, name)]
  })
  const ofNamespaces = { what: 'namespace', labels: namespaces.map(({ labels }) => labels) }
  const ofServices = { what: 'Service of type LoadBalancer', labels: world.serviceLabels() }
  return [
    ...missing,
    ...idle(fields['namespaceSelectors'], `${path}.namespaceSelectors`, ofNamespaces),
    ...idle(fields['serviceSelectors'], `${path}.serviceSelectors`, ofServices),
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
