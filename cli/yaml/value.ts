// From YAML's nodes to the JSON that kubectl would send: aliases and merge keys resolved, within limits, because whoever wrote the file may mean harm.
import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml'
import type { Mistake, MistakeCode, Span } from './mistake.ts'

/** As in the webhook: no object of Kubernetes comes near it. */
const deepest = 100
/** Values of one document with its aliases written out; a list of 10,000 Services has half as many. */
const mostValues = 1_000_000

/** What a document says, and where its aliases lead. */
export interface Reading {
  readonly value: unknown
  readonly mistakes: readonly Mistake[]
  /** What an alias stands for; those in the way of which a mistake lies are missing. */
  readonly targets: ReadonlyMap<Alias, Node>
}

interface Sized {
  readonly value: unknown
  /** The value and all below it, every alias counted as if it were written out. */
  readonly size: number
}

interface Reader {
  readonly mistakes: Mistake[]
  readonly targets: Map<Alias, Node>
  readonly anchors: Map<string, { readonly node: Node; readonly read: Sized | undefined }>
  /** Ends the reading: what follows would only cost time. */
  isOver: boolean
}

/** Two braces are a template far more often than a map in a map. */
export const templateHint = 'a Helm template must be rendered first: helm template … | metallb lint -'

const nothing: Sized = { value: null, size: 1 }

export function readValue(root: Node | null): Reading {
  const reader: Reader = { mistakes: [], targets: new Map(), anchors: new Map(), isOver: false }
  const { value } = read(reader, root, 0)
  return { value, mistakes: reader.mistakes, targets: reader.targets }
}

export function spanOf(node: unknown): Span {
  const range = (node as Node | null | undefined)?.range
  return range === undefined || range === null ? { from: 0, to: 0 } : { from: range[0], to: range[1] }
}

/** The text of a key as JSON has it; undefined for a map, a list, an alias or nothing. */
export function keyText(pair: Pair): string | undefined {
  const { key } = pair
  if (!isScalar(key)) return undefined
  const { value } = key
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

export function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === 'PLAIN'
}

/** The maps that a merge key brings in, as they are written: itself, or a list of them. */
export function mergedNodes(pair: Pair): readonly Node[] {
  return isSeq(pair.value) ? (pair.value.items as readonly Node[]) : [pair.value as Node]
}

function read(reader: Reader, node: Node | null, depth: number): Sized {
  if (reader.isOver || node === null) return nothing
  if (depth > deepest) return giveUp(reader, node, `is nested deeper than ${deepest} levels, which no object of Kubernetes is`)
  if (isAlias(node)) return readAlias(reader, node)
  const { anchor } = node as { readonly anchor?: string }
  // Known from here on, so that an alias inside itself is recognised.
  if (anchor !== undefined) reader.anchors.set(anchor, { node, read: undefined })
  const sized = readOwn(reader, node, depth)
  if (anchor !== undefined) reader.anchors.set(anchor, { node, read: sized })
  return sized.size > mostValues ? giveUp(reader, node, `holds more than ${mostValues} values once its aliases are written out`) : sized
}

function readOwn(reader: Reader, node: Node, depth: number): Sized {
  if (isScalar(node)) return { value: node.value, size: 1 }
  if (isSeq(node)) {
    const items = node.items.map((item) => read(reader, item as Node | null, depth + 1))
    return { value: items.map(({ value }) => value), size: sizeOf(items) }
  }
  return isMap(node) ? readMap(reader, node, depth) : nothing
}

function readMap(reader: Reader, map: YAMLMap, depth: number): Sized {
  const merged: [string, unknown][] = []
  const own: [string, unknown][] = []
  const sizes: Sized[] = []
  for (const pair of map.items) {
    if (isMergeKey(pair)) {
      for (const node of mergedNodes(pair)) {
        const source = read(reader, node, depth + 1)
        sizes.push(source)
        // Of several maps the first counts.
        if (typeof source.value === 'object' && source.value !== null) merged.unshift(...Object.entries(source.value))
      }
      continue
    }
    const key = keyText(pair)
    const sized = read(reader, pair.value as Node | null, depth + 1)
    sizes.push(sized)
    if (key === undefined) report(reader, 'KeyNotText', pair.key as Node, notText(pair))
    else own.push([key, sized.value])
  }
  return { value: Object.fromEntries([...merged, ...own]), size: sizeOf(sizes) }
}

function readAlias(reader: Reader, alias: Alias): Sized {
  const known = reader.anchors.get(alias.source)
  if (known === undefined) {
    report(reader, 'AliasUnknown', alias, `there is no anchor &${alias.source} before the alias *${alias.source}; write the value itself`)
    return nothing
  }
  if (known.read === undefined) return giveUp(reader, alias, `*${alias.source} stands inside what it means, so it never ends`)
  reader.targets.set(alias, known.node)
  return known.read
}

function notText(pair: Pair): string {
  return isMap(pair.key)
    ? `a key must be a text, this is a map; a value that begins with { needs quotes, and ${templateHint}`
    : 'a key must be a text: write a name before the colon, without * or [ ]'
}

function sizeOf(parts: readonly Sized[]): number {
  return parts.reduce((sum, { size }) => sum + size, 1)
}

function report({ mistakes }: Reader, code: MistakeCode, node: Node, message: string): void {
  mistakes.push({ code, message, span: spanOf(node) })
}

function giveUp(reader: Reader, node: Node, what: string): Sized {
  reader.isOver = true
  report(reader, 'TooComplex', node, `${isAlias(node) ? '' : 'this document '}${what}`)
  return nothing
}
