// What of an object decides about addresses, as a text that changes only when that does: heartbeats change nothing.
import type { IPAddressPool } from '../schemas/generated/types.ts'
import { formatAddress } from './address.ts'
import { annotations } from './annotations.ts'
import { viewNamespace } from './namespace.ts'
import { viewNode } from './node.ts'
import type { Namespace, Node } from './objects.ts'
import { jsonOf } from './quote.ts'

/** Labels and the default pool decide which pools its Services may use. */
export function namespaceFacts(namespace: Namespace): string {
  const { labels, defaultPool } = viewNamespace(namespace)
  return JSON.stringify([Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)), defaultPool])
}

/** Its addresses are never handed out. */
export function nodeFacts(node: Node): string {
  return viewNode(node).addresses.map(formatAddress).join()
}

/** All but the status, which counts what Services hold, and so changes with each of them. */
export function poolFacts({ metadata, spec }: IPAddressPool): string {
  const { uid, creationTimestamp, labels = {}, annotations: texts = {} } = metadata
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const { isDefaultPool, hold, reuse } = annotations
  return jsonOf([uid, creationTimestamp, sorted, texts[isDefaultPool], texts[hold], texts[reuse], spec])
}
