// Which changes of the cluster can change a plan. Everything else (heartbeats, most Services of a cluster) is left alone.
import { formatAddress } from '../core/address.ts'
import { viewNamespace } from '../core/namespace.ts'
import { viewNode } from '../core/node.ts'
import type { Namespace, Node } from '../core/objects.ts'
import type { ServiceView } from '../core/service.ts'
import type { Book } from './plan.ts'

export function concernsUs({ ipam, waiting }: Book, { key, isLoadBalancer, allocatedFromPool }: ServiceView): boolean {
  return isLoadBalancer || allocatedFromPool !== undefined || waiting.has(key) || ipam.allocationOf(key) !== undefined
}

/** Labels and the default pool decide which pools its Services may use. */
export function namespaceFacts(namespace: Namespace): string {
  const { labels, defaultPool } = viewNamespace(namespace)
  return JSON.stringify([Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)), defaultPool])
}

/** Its addresses are never handed out. */
export function nodeFacts(node: Node): string {
  return viewNode(node).addresses.map(formatAddress).join()
}
