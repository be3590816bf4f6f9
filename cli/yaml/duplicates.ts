// Keys that are written twice. kubectl takes the last one without a word; at the top of a document that means that a whole object is lost.
import { isMap, isSeq, type Node, type Pair, visit, type YAMLMap } from 'yaml'
import type { Mistake } from './mistake.ts'
import { isMergeKey, keyText, spanOf } from './value.ts'

/** With one of them a new object begins. */
const opening: ReadonlySet<string> = new Set(['apiVersion', 'kind'])

/** @param lineOf the line of an offset, the first being 1 */
export function findDuplicates(root: Node | null, lineOf: (offset: number) => number): readonly Mistake[] {
  const mistakes: Mistake[] = []
  if (!isMap(root) && !isSeq(root)) return mistakes
  visit(root, {
    Map(_, map) {
      mistakes.push(...(map === root ? duplicateDocuments(map, lineOf) : duplicateKeys(map.items, lineOf)))
    },
  })
  return mistakes
}

function duplicateKeys(pairs: readonly Pair[], lineOf: (offset: number) => number): readonly Mistake[] {
  const first = new Map<string, number>()
  return pairs.flatMap((pair): readonly Mistake[] => {
    const key = keyText(pair)
    if (key === undefined || isMergeKey(pair)) return []
    const span = spanOf(pair.key)
    const before = first.get(key)
    if (before === undefined) {
      first.set(key, span.from)
      return []
    }
    const message = `"${key.slice(0, 80)}" is written a second time (first in line ${lineOf(before)}), and only the last one counts; remove one of them, or merge the two`
    return [{ code: 'DuplicateKey', message, span }]
  })
}

/** Cuts the top of a document where a key comes again that opens an object: each cut is a missing `---`. */
function duplicateDocuments(map: YAMLMap, lineOf: (offset: number) => number): readonly Mistake[] {
  const blocks: Pair[][] = [[]]
  let seen = new Set<string>()
  for (const pair of map.items) {
    const key = keyText(pair) ?? ''
    if (opening.has(key) && seen.has(key)) {
      blocks.push([])
      seen = new Set()
    }
    seen.add(key)
    blocks.at(-1)?.push(pair)
  }
  return blocks.flatMap((block, index) => [
    ...(index === 0 ? [] : [missingSeparator(block, blocks[index - 1] ?? [], lineOf)]),
    ...duplicateKeys(block, lineOf),
  ])
}

function missingSeparator(block: readonly Pair[], before: readonly Pair[], lineOf: (offset: number) => number): Mistake {
  const key = block[0]
  const span = spanOf(key?.key)
  const lost = describe(before)
  const line = lineOf(spanOf(before[0]?.key).from)
  return {
    code: 'MissingSeparator',
    message: `a line with --- is missing before this one: ${key === undefined ? '' : `"${keyText(key) ?? ''}" comes a second time, `}so kubectl silently loses the ${lost} that begins in line ${line}`,
    span,
  }
}

function describe(block: readonly Pair[]): string {
  const valueOf = (name: string): unknown => block.find((pair) => keyText(pair) === name)?.value
  const kind = textOf(valueOf('kind')) ?? 'object'
  const metadata = valueOf('metadata')
  const name = isMap(metadata) ? textOf(metadata.items.find((pair) => keyText(pair) === 'name')?.value) : undefined
  return name === undefined ? kind : `${kind} "${name}"`
}

function textOf(node: unknown): string | undefined {
  const value = (node as { readonly value?: unknown } | null | undefined)?.value
  return typeof value === 'string' ? value.slice(0, 80) : undefined
}
