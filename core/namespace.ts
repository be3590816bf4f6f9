import { annotations } from './annotations.ts'
import type { Namespace } from './objects.ts'
import type { Labels } from './selector.ts'
import { asFields, asText, asTexts } from './shape.ts'

export interface NamespaceView {
  readonly name: string
  readonly labels: Labels
  /** Annotation `metallb.io/default-pool`. */
  readonly defaultPool?: string
}

/** Never throws, whatever the object holds. */
export function viewNamespace(namespace: Namespace): NamespaceView {
  const metadata = asFields(asFields(namespace)?.['metadata']) ?? {}
  const defaultPool = asTexts(metadata['annotations'])[annotations.namespaceDefaultPool]?.trim()
  return {
    name: asText(metadata['name']) ?? '',
    labels: asTexts(metadata['labels']),
    ...(defaultPool === undefined || defaultPool === '' ? {} : { defaultPool }),
  }
}

/** What is known of a Namespace that the cache does not hold yet: its name, and the label that Kubernetes derives from it. */
export function bareNamespace(name: string): NamespaceView {
  return { name, labels: { 'kubernetes.io/metadata.name': name } }
}
