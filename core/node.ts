import { type Address, parseAddress } from './address.ts'
import type { Node } from './objects.ts'
import type { Labels } from './selector.ts'
import { asFields, asList, asText, asTexts } from './shape.ts'

const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers'

export interface NodeView {
  readonly name: string
  readonly labels: Labels
  readonly ready: boolean
  readonly networkUnavailable: boolean
  /** Carries the label `node.kubernetes.io/exclude-from-external-load-balancers`, with whatever value. */
  readonly excluded: boolean
  /** Every IP address that its status lists. */
  readonly addresses: readonly Address[]
}

/** Never throws, whatever the object holds. */
export function viewNode(node: Node): NodeView {
  const metadata = asFields(asFields(node)?.['metadata']) ?? {}
  const status = asFields(asFields(node)?.['status']) ?? {}
  const conditions = asList(status['conditions']).map((entry) => asFields(entry) ?? {})
  const holds = (type: string): boolean => conditions.some((condition) => condition['type'] === type && condition['status'] === 'True')
  const labels = asTexts(metadata['labels'])
  return {
    name: asText(metadata['name']) ?? '',
    labels,
    ready: holds('Ready'),
    networkUnavailable: holds('NetworkUnavailable'),
    excluded: Object.hasOwn(labels, excludeLabel),
    addresses: asList(status['addresses']).flatMap((entry) => {
      const address = parseAddress(asText(asFields(entry)?.['address']) ?? '')
      return address.ok ? [address.value] : []
    }),
  }
}
