// RFC 6902 patches of annotations: what a user wrote is never rewritten, and only what we wrote is taken away.
import { asFields, type Fields } from '../core/shape.ts'

/** One operation of a JSON patch. */
export interface AddOperation {
  readonly op: 'add'
  /** JSON pointer (RFC 6901). */
  readonly path: string
  readonly value: unknown
}

export interface RemoveOperation {
  readonly op: 'remove'
  /** JSON pointer (RFC 6901). */
  readonly path: string
}

export type PatchOperation = AddOperation | RemoveOperation

/**
 * The patch that adds annotations; those that the object has already stay as they are.
 *
 * @param present the object's annotations, undefined when it has none at all
 */
export function addAnnotations(
  present: Readonly<Record<string, string>> | undefined,
  wanted: Readonly<Record<string, string>>,
): readonly AddOperation[] {
  const absent = Object.entries(wanted).filter(([key]) => present === undefined || !Object.hasOwn(present, key))
  if (absent.length === 0) return []
  if (present === undefined) return [{ op: 'add', path: '/metadata/annotations', value: Object.fromEntries(absent) }]
  return absent.map(([key, value]) => ({ op: 'add', path: pathOf(key), value }))
}

/** @param key of an annotation that the object has: removing what is absent makes the whole patch fail */
export function removeAnnotation(key: string): readonly RemoveOperation[] {
  return [{ op: 'remove', path: pathOf(key) }]
}

/** The object as the API server would store it, for those who have none. */
export function applyPatch(object: Fields, patch: readonly PatchOperation[]): Fields {
  return patch.reduce(applyOperation, object)
}

function applyOperation(object: Fields, operation: PatchOperation): Fields {
  const [name = '', ...path] = operation.path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
  return write(object, [name, ...path], operation.op === 'add' ? operation.value : undefined)
}

/** @param value undefined removes */
function write(object: Fields, [name, ...path]: readonly [string, ...string[]], value: unknown): Fields {
  const [next, ...rest] = path
  if (next !== undefined) return { ...object, [name]: write(asFields(object[name]) ?? {}, [next, ...rest], value) }
  const { [name]: _, ...others } = object
  return value === undefined ? others : { ...object, [name]: value }
}

function pathOf(annotation: string): string {
  return `/metadata/annotations/${escapePointer(annotation)}`
}

/** RFC 6901 §3: `~` and `/` inside one reference token. */
function escapePointer(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1')
}
