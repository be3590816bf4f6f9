// The shape of our own kinds, judged by ajv over the CRDs' schemas: every mistake at once, where the API server's own schema stops at its first.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { Problem } from '../../core/problem.ts'
import { asFields } from '../../core/shape.ts'
import { jsonSchemas } from '../../schemas/generated/json-schemas.ts'
import { describeShapeError } from './shape-message.ts'

const ajv = new Ajv({ allErrors: true, verbose: true, messages: false, strict: false, validateFormats: false })
const compiled = new Map<string, ValidateFunction>()

/** Nothing in our schemas is deeper; what is, cannot be right, and must not exhaust the stack. */
const deepest = 32

/**
 * Judges everything that users write of an object (not metadata, which is the API server's, nor status, which is ours).
 *
 * @param key a key of `jsonSchemas`, e.g. 'metallb.io/v1beta1/IPAddressPool'
 */
export function shapeProblems(key: string, object: unknown): readonly Problem[] {
  const validate = validatorFor(key)
  const { metadata: _metadata, status: _status, ...written } = asFields(object) ?? {}
  if (validate(withoutBigints(written, deepest))) return []
  const errors = (validate.errors ?? []).filter((error) => !isMetadata(error) && !isSelectorGrammar(error))
  return uniqueByField(errors.map((error) => describeShapeError(error, ...fieldPaths(error))))
}

function validatorFor(key: string): ValidateFunction {
  const known = compiled.get(key)
  if (known !== undefined) return known
  const schema = jsonSchemas[key]
  if (schema === undefined) throw new Error(`no schema for ${key}`)
  const validate = ajv.compile(schema)
  compiled.set(key, validate)
  return validate
}

/** ajv knows no bigint; the bounds that it checks are far within a double's reach. */
function withoutBigints(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (depth === 0 || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => withoutBigints(item, depth - 1))
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutBigints(item, depth - 1)]))
}

function isMetadata(error: ErrorObject): boolean {
  return error.keyword === 'required' && error.instancePath === '' && error.params['missingProperty'] === 'metadata'
}

/** What a label may look like is known to core/selector.ts too, and said better there than by a regular expression. */
function isSelectorGrammar(error: ErrorObject): boolean {
  return /\/match(?:Labels|Expressions)\//.test(error.instancePath) && ['pattern', 'enum', 'maxLength'].includes(error.keyword)
}

/** The Kubernetes paths of what an error is about and of its owner: `spec.nodeSelectors[0].matchLabels[a.b/c]`, `spec.nodeSelectors[0].matchLabels`. */
function fieldPaths(error: ErrorObject): readonly [field: string, owner: string] {
  const owner = error.instancePath
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(appendToPath, '')
  const absent: unknown = error.params['missingProperty'] ?? error.params['additionalProperty']
  return [typeof absent === 'string' ? appendToPath(owner, absent) : owner, owner]
}

/** Indexes and the keys of maps in brackets, as Kubernetes writes them. */
function appendToPath(path: string, token: string): string {
  if (path.endsWith('.matchLabels') || !/^[A-Za-z_]\w*$/.test(token)) return `${path}[${token}]`
  return path === '' ? token : `${path}.${token}`
}

/** Several keywords may complain about one value (a wrong type breaks other rules too): the first says it. */
function uniqueByField(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>()
  return problems.filter(({ field }) => !seen.has(field) && seen.add(field))
}
