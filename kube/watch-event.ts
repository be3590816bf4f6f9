// One line of a watch: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
import type { KubeObject } from '../core/objects.ts'
import { fail, ok, type Result } from '../core/result.ts'
import { parseJson } from './json.ts'

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T; readonly resourceVersion: string }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }
  /** The server cannot go on; `code` is an HTTP status. */
  | { readonly type: 'ERROR'; readonly code: number; readonly reason: string; readonly message: string }

type Fields = Readonly<Record<string, unknown>>

/** Or the reason, in words, why the line is none. The object's kind is not checked: the URL chose it. */
export function readEvent<T extends KubeObject>(line: string): Result<WatchEvent<T>, string> {
  let event: unknown
  try {
    event = parseJson(line)
  } catch {
    return fail(`a watch event that is not JSON: ${line.slice(0, 80)}`)
  }
  if (!isFields(event) || !isFields(event['object'])) return fail(`a watch event without an object: ${line.slice(0, 80)}`)
  const { type, object } = event
  if (type === 'ERROR') {
    const { code, reason, message } = object as Fields
    return ok({ type, code: typeof code === 'number' ? code : 500, reason: textOr('', reason), message: textOr('no explanation', message) })
  }
  const { metadata } = object as Fields
  const resourceVersion = isFields(metadata) ? metadata['resourceVersion'] : undefined
  if (typeof resourceVersion !== 'string' || resourceVersion === '')
    return fail(`a watch event without a resourceVersion: ${line.slice(0, 80)}`)
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return ok({ type, object: object as unknown as T, resourceVersion })
    case 'BOOKMARK':
      return ok({ type, resourceVersion })
    default:
      return fail(`a watch event of unknown type ${JSON.stringify(type)}`)
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

function textOr(fallback: string, value: unknown): string {
  return typeof value === 'string' ? value : fallback
}
