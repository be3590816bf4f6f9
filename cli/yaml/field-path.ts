// Kubernetes field paths (`spec.addresses[1]`, `metadata.annotations[metallb.io/x]`) and where they are in a document.
import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml'
import type { Span } from './mistake.ts'
import { isMergeKey, keyText, mergedNodes, spanOf } from './value.ts'

/** `[1]` may be an index or a key: the document decides. */
export type FieldPath = readonly string[]

export function parseFieldPath(field: string): FieldPath {
  return [...field.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map(([, bracketed, plain]) => bracketed ?? plain ?? '')
}

/** An entry of a map or of a list. */
interface Step {
  readonly pair: Pair | undefined
  readonly value: Node | null
}

/**
 * Where to look for a field: its value; the key, when that holds more than one line or nothing; of an absent field the nearest that is there.
 *
 * @param aim 'key' when the name itself is wrong
 */
export function findField(root: Node | null, path: FieldPath, targets: ReadonlyMap<Alias, Node>, aim: 'key' | 'value'): Span {
  let found: Step = { pair: undefined, value: root }
  let depth = 0
  for (const token of path) {
    const next = enter(found.value, token, targets)
    if (next === undefined) break
    found = next
    depth++
  }
  const isWhole = depth === path.length
  if (depth === 0) return spanOfRoot(root, targets)
  const { pair, value } = found
  const isPlain = isScalar(value) && !(isScalar(value) && value.value === null) && isWhole
  if (pair === undefined || (isPlain && aim === 'value') || (isAlias(value) && aim === 'value')) return spanOf(value)
  return spanOf(pair.key)
}

function enter(node: Node | null, token: string, targets: ReadonlyMap<Alias, Node>): Step | undefined {
  const target = isAlias(node) ? targets.get(node) : node
  if (isSeq(target)) {
    const item = /^\d+$/.test(token) ? target.items[Number(token)] : undefined
    return item === undefined ? undefined : { pair: undefined, value: item as Node | null }
  }
  if (!isMap(target)) return undefined
  const own = target.items.findLast((pair) => keyText(pair) === token && !isMergeKey(pair))
  if (own !== undefined) return { pair: own, value: own.value as Node | null }
  const merged = target.items.filter(isMergeKey).flatMap(mergedNodes)
  return merged.map((each) => enter(each, token, targets)).find((step) => step !== undefined)
}

/** An object that lacks something at its top is shown by its kind. */
function spanOfRoot(root: Node | null, targets: ReadonlyMap<Alias, Node>): Span {
  const kind = enter(root, 'kind', targets)
  return spanOf(kind?.pair?.key ?? root)
}
