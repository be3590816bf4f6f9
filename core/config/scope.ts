// Whom an object is about: Services by namespace and by label. What is left out matches everything.
import type { NamespaceView } from '../namespace.ts'
import type { Problem } from '../problem.ts'
import type { Labels, Selector } from '../selector.ts'
import type { Fields } from '../shape.ts'
import { anyMatches, compileNames, compileSelectors, sameSelectors } from './selectors.ts'

export interface Scope {
  readonly namespaces: ReadonlySet<string>
  readonly namespaceSelectors: readonly Selector[]
  readonly serviceSelectors: readonly Selector[]
}

/**
 * Reads `namespaces`, `namespaceSelectors` and `serviceSelectors`.
 *
 * @param path of the object that has them, e.g. `spec.serviceAllocation`
 */
export function compileScope(
  fields: Fields,
  path: string,
  owner: string,
): { readonly scope: Scope; readonly problems: readonly Problem[] } {
  const namespaces = compileNames(fields['namespaces'], `${path}.namespaces`, owner)
  const namespaceSelectors = compileSelectors(fields['namespaceSelectors'], `${path}.namespaceSelectors`, owner)
  const serviceSelectors = compileSelectors(fields['serviceSelectors'], `${path}.serviceSelectors`, owner)
  return {
    scope: {
      namespaces: new Set(namespaces.names),
      namespaceSelectors: namespaceSelectors.selectors,
      serviceSelectors: serviceSelectors.selectors,
    },
    problems: [...namespaces.problems, ...namespaceSelectors.problems, ...serviceSelectors.problems],
  }
}

/** Namespaces and namespaceSelectors are alternatives; when either is written, a namespace that neither names is shut out. */
export function coversNamespace({ namespaces, namespaceSelectors }: Scope, namespace: NamespaceView): boolean {
  if (namespaces.size === 0 && namespaceSelectors.length === 0) return true
  return namespaces.has(namespace.name) || anyMatches(namespaceSelectors, namespace.labels)
}

export function coversLabels({ serviceSelectors }: Scope, labels: Labels): boolean {
  return serviceSelectors.length === 0 || anyMatches(serviceSelectors, labels)
}

/** Whoever one of them is about, so is the other; no scope is about everything. */
export function sameScope(a: Scope = everything, b: Scope = everything): boolean {
  return (
    a.namespaces.symmetricDifference(b.namespaces).size === 0 &&
    sameSelectors(a.namespaceSelectors, b.namespaceSelectors) &&
    sameSelectors(a.serviceSelectors, b.serviceSelectors)
  )
}

const everything: Scope = { namespaces: new Set(), namespaceSelectors: [], serviceSelectors: [] }
