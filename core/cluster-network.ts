// The networks that Kubernetes itself uses, as its objects tell.
import type { Node, ServiceCIDR } from './objects.ts'
import { lastOf, parsePrefix } from './prefix.ts'
import type { AddressRange } from './range.ts'
import { asFields, asList, asText } from './shape.ts'

export interface ClusterNetwork extends AddressRange {
  /** As it was written. */
  readonly text: string
  /** Whose it is, in the words of a message: `the Pods of Node n1`. */
  readonly of: string
}

/** Never throws, whatever the objects hold. */
export function podNetworks(node: Node): readonly ClusterNetwork[] {
  const name = asText(asFields(asFields(node)?.['metadata'])?.['name']) ?? ''
  return networks(asFields(asFields(node)?.['spec'])?.['podCIDRs'], `the Pods of Node ${name}`)
}

/** Never throws, whatever the objects hold. */
export function serviceNetworks(serviceCidr: ServiceCIDR): readonly ClusterNetwork[] {
  return networks(asFields(asFields(serviceCidr)?.['spec'])?.['cidrs'], 'the cluster IPs of Services')
}

function networks(list: unknown, of: string): readonly ClusterNetwork[] {
  return asList(list).flatMap((entry) => {
    const text = asText(entry) ?? ''
    const prefix = parsePrefix(text)
    return prefix.ok ? [{ first: prefix.value.address, last: lastOf(prefix.value), text, of }] : []
  })
}
