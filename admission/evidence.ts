import type { NamespacedName } from '../core/namespaced-name.ts'
import type { StoredConfiguration } from './stored.ts'

/** The kinds of metallb.io that users write, by their names in a World. */
export type OwnKind = 'pools' | keyof StoredConfiguration

/** A part of the cluster on which a refusal rests: it is read live before a Service is refused. */
export type Evidence =
  | { readonly kind: OwnKind }
  | { readonly kind: 'nodes' }
  /** Every Service of type LoadBalancer. */
  | { readonly kind: 'services' }
  | { readonly kind: 'servicesIn'; readonly namespace: string }
  | { readonly kind: 'service'; readonly key: NamespacedName }
  | { readonly kind: 'namespace'; readonly name: string }

/** What of `wanted` is not among `known`; each once. */
export function missingEvidence(wanted: readonly Evidence[], known: readonly Evidence[]): readonly Evidence[] {
  const seen = new Set(known.map((evidence) => JSON.stringify(evidence)))
  return wanted.filter((evidence) => {
    const text = JSON.stringify(evidence)
    return !seen.has(text) && seen.add(text)
  })
}
