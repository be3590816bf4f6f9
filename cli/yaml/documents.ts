// A file of YAML (or JSON, which is YAML) as its documents, each with what it says and where it says it.
import { isScalar, LineCounter, type Node, parseAllDocuments, type Tags, type YAMLParseError } from 'yaml'
import { findDuplicates } from './duplicates.ts'
import { type FieldPath, findField } from './field-path.ts'
import type { Mistake, Span } from './mistake.ts'
import { readValue, spanOf, templateHint } from './value.ts'

export interface YamlDocument {
  readonly value: unknown
  /** The whole of it. */
  readonly span: Span
  /** @param aim 'key' when the name itself is wrong */
  spanOf(path: FieldPath, aim: 'key' | 'value'): Span
}

/** Lines and columns begin with 1; a column is a UTF-16 code unit. */
export interface Position {
  readonly line: number
  readonly column: number
}

export interface YamlFile {
  /** Without those that hold nothing, and without those that could not be read. */
  readonly documents: readonly YamlDocument[]
  readonly mistakes: readonly Mistake[]
  positionOf(offset: number): Position
}

/**
 * kubectl reads YAML 1.1 as Go does: `yes` is true, 017 is 15; but `65000:10` (a BGP community) is no number to the base 60, and a date is a text.
 */
function asKubectlReads(tags: Tags): Tags {
  return tags.filter((tag) => {
    if (typeof tag === 'string') return true
    return !/:(?:timestamp|binary|omap|pairs|set|merge)$/.test(tag.tag) && tag.format !== 'TIME'
  })
}

/** Never throws, whatever the text is. */
export function readYaml(text: string): YamlFile {
  const lineCounter = new LineCounter()
  const positionOf = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(Math.min(offset, text.length))
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const options = {
    version: '1.1',
    schema: 'yaml-1.1',
    customTags: asKubectlReads,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter,
  } as const
  try {
    // No documents are an empty list, with properties of its own.
    const read = [...parseAllDocuments(text, options)].map((document) => readDocument(document, text, (offset) => positionOf(offset).line))
    return { documents: read.flatMap(({ document }) => document ?? []), mistakes: read.flatMap(({ mistakes }) => mistakes), positionOf }
  } catch (error) {
    // The parser follows the nesting with the stack.
    if (!(error instanceof RangeError)) throw error
    const message = 'this file is nested too deeply to be read'
    return { documents: [], mistakes: [{ code: 'TooComplex', message, span: { from: 0, to: 0 } }], positionOf }
  }
}

interface ParsedDocument {
  readonly contents: unknown
  readonly errors: readonly YAMLParseError[]
}

interface Read {
  readonly document: YamlDocument | undefined
  readonly mistakes: readonly Mistake[]
}

function readDocument({ contents, errors }: ParsedDocument, text: string, lineOf: (offset: number) => number): Read {
  const root = contents as Node | null
  const [error] = errors
  // The first mistake confuses the parser about all that follows.
  if (error !== undefined) return { document: undefined, mistakes: [syntaxMistake(error, text)] }
  if (root === null || (isScalar(root) && root.value === null)) return { document: undefined, mistakes: [] }
  const { value, mistakes, targets } = readValue(root)
  const all = [...findDuplicates(root, lineOf), ...mistakes]
  if (mistakes.length > 0) return { document: undefined, mistakes: all }
  return { document: { value, span: spanOf(root), spanOf: (path, aim) => findField(root, path, targets, aim) }, mistakes: all }
}

function syntaxMistake({ message, pos }: YAMLParseError, text: string): Mistake {
  const words = message.replace(/\s+/g, ' ').trim()
  const hint = text.includes('{{') ? `; ${templateHint}` : ''
  return { code: 'YamlSyntax', message: `this is not YAML: ${words}${hint}`, span: { from: pos[0], to: pos[1] } }
}
