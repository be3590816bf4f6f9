import { annotations } from './annotations.ts'
import type { Namespace } from './objects.ts'
import type { Labels } from './selector.ts'
import { asFields, asText, asTexts } from './shape.ts'

export interface NamespaceView {
  readonly name: string
  readonly labels: Labels
  readonly annotations: Readonly<Record<string, string>>
  /** Annotation `metallb.io/default-pool`. */
  readonly defaultPool?: string
  /** Annotation `metallb.io/admission`, when it is one of the modes. */
  readonly admission?: ServiceAdmission
  /** It is being deleted, and everything in it. */
  readonly isEnding?: true
}

/** What admission does about a mistake in a Service: refuse it, say it, or say nothing. */
export const serviceAdmissions = ['enforce', 'warn', 'off'] as const
export type ServiceAdmission = (typeof serviceAdmissions)[number]

/** Never throws, whatever the object holds. */
export function viewNamespace(namespace: Namespace): NamespaceView {
  const metadata = asFields(asFields(namespace)?.['metadata']) ?? {}
  const all = asTexts(metadata['annotations'])
  const defaultPool = all[annotations.namespaceDefaultPool]?.trim()
  const mode = all[annotations.namespaceAdmission]?.trim()
  const admission = serviceAdmissions.find((known) => known === mode)
  return {
    name: asText(metadata['name']) ?? '',
    labels: asTexts(metadata['labels']),
    annotations: all,
    ...(defaultPool === undefined || defaultPool === '' ? {} : { defaultPool }),
    ...(admission === undefined ? {} : { admission }),
    ...((metadata['deletionTimestamp'] ?? undefined) === undefined ? {} : { isEnding: true as const }),
  }
}

/** What is known of a Namespace that the cache does not hold yet: its name, and the label that Kubernetes derives from it. */
export function bareNamespace(name: string): NamespaceView {
  return { name, labels: { 'kubernetes.io/metadata.name': name }, annotations: {} }
}
