// Says in one sentence what is wrong with a value's shape, and what to write instead.
import type { ErrorObject } from 'ajv'
import { parseDuration } from '../../core/config/duration.ts'
import { didYouMean, nearest } from '../../core/nearest.ts'
import { type Problem, problem } from '../../core/problem.ts'
import { jsonOf } from '../../core/quote.ts'
import { asFields, asList, asText, type Fields, kindOf } from '../../core/shape.ts'

const quotedLength = 60
const listedFields = 12

/**
 * @param field the Kubernetes path of the value, of the missing field or of the unknown field
 * @param owner the path of the object to which a missing or unknown field belongs
 */
export function describeShapeError(error: ErrorObject, field: string, owner: string): Problem {
  const schema = asFields(error.parentSchema) ?? {}
  const name = /\.?(\w+)(?:\[[^\]]*\])*$/.exec(field)?.[1] ?? field
  const value: unknown = error.data
  switch (error.keyword) {
    case 'type':
      return problem('WrongType', field, wrongType(name, field.endsWith(']'), value, schema), jsonText(value))
    case 'required':
      return problem('MissingField', field, missingField(name, property(schema, name)))
    case 'additionalProperties':
      return problem('UnknownField', field, unknownField(String(error.params['additionalProperty']), owner, schema))
    case 'enum':
      return problem('NotSupported', field, notSupported(value, asList(error.params['allowedValues'])), jsonText(value))
    case 'pattern':
      return problem('PatternMismatch', field, `is ${describe(value)}, must match ${String(schema['pattern'])}`, jsonText(value))
    default:
      return problem('OutOfBounds', field, outOfBounds(error, value), jsonText(value))
  }
}

function notSupported(value: unknown, allowed: readonly unknown[]): string {
  const known = allowed.map(String)
  return `is ${describe(value)}, must be one of ${known.join(', ')}${typeof value === 'string' ? didYouMean(value, known) : ''}`
}

function wrongType(name: string, isEntry: boolean, value: unknown, schema: Fields): string {
  const advice = value === null ? nullCorrection(name, isEntry) : correction(name, value, schema)
  return `is ${describe(value)}, must be ${expectation(schema)}${advice === undefined ? '' : `; ${advice}`}`
}

/** What to write instead, when the value lets us guess what was meant. */
function correction(name: string, value: unknown, schema: Fields): string | undefined {
  switch (schema['type']) {
    case 'array':
      return listCorrection(name, value, asFields(schema['items']) ?? {})
    case 'object':
      return Array.isArray(value) ? `remove the "-" before the fields of ${name}` : undefined
    case 'string':
      return textCorrection(value, schema)
    case 'boolean':
      return booleanCorrection(name, asText(value)?.toLowerCase() ?? '')
    case 'integer':
      return integerCorrection(name, asText(value)?.trim() ?? '', schema)
    default:
      return undefined
  }
}

function textCorrection(value: unknown, schema: Fields): string | undefined {
  // holdTime: 90
  if (typeof value === 'number' && isDuration(schema)) return `write it with its unit: "${value}s"`
  return typeof value === 'number' || typeof value === 'boolean' ? `write it in quotes: "${value}"` : undefined
}

function booleanCorrection(name: string, word: string): string | undefined {
  if (['true', 'yes', 'on'].includes(word)) return `write ${name}: true, without quotes`
  return ['false', 'no', 'off'].includes(word) ? `write ${name}: false, without quotes` : undefined
}

function integerCorrection(name: string, text: string, schema: Fields): string | undefined {
  if (/^-?\d+$/.test(text)) return `write ${name}: ${text}, without quotes`
  // receiveInterval: 300ms
  const duration = isMilliseconds(schema) ? parseDuration(text) : undefined
  return duration?.ok === true ? `write milliseconds as a number: ${Math.round(duration.value)}` : undefined
}

/** The words of the schema tell the units. */
function isDuration(schema: Fields): boolean {
  return /such as \d+s\b/.test(asText(schema['description']) ?? '')
}

function isMilliseconds(schema: Fields): boolean {
  return /\bmilliseconds\b/.test(asText(schema['description']) ?? '')
}

/** YAML reads a key or a dash with nothing behind it as null. */
function nullCorrection(name: string, isEntry: boolean): string {
  return isEntry ? `write a value after the "-" in ${name} or remove the line` : `write a value after "${name}:" or remove the line`
}

function listCorrection(name: string, value: unknown, items: Fields): string | undefined {
  if (asFields(value) !== undefined)
    return items['type'] === 'object' ? `write "- " before the first field of each entry of ${name}` : undefined
  if (items['type'] !== 'string' || Array.isArray(value)) return undefined
  const entries = typeof value === 'string' ? value.split(/[,\n]/).map((entry) => entry.trim()) : [String(value)]
  const list = JSON.stringify(entries.filter((entry) => entry !== '')).replaceAll('","', '", "')
  return list.length > 200 ? `write ${name} as a list, one entry for each line, each after "- "` : `write ${name}: ${list}`
}

function missingField(name: string, schema: Fields): string {
  return `is missing; ${name} is required and must be ${expectation(schema)}`
}

function unknownField(name: string, owner: string, parent: Fields): string {
  const known = Object.keys(asFields(parent['properties']) ?? {})
  const guess = nearest(name, known)
  const place = owner === '' ? 'this kind' : owner
  if (guess !== undefined) return `is not a field of ${place}; did you mean "${guess}"?`
  const listed = known.length > listedFields ? [...known.slice(0, listedFields), '…'] : known
  return `is not a field of ${place}${listed.length === 0 ? '' : `; it has ${listed.join(', ')}`}`
}

function outOfBounds(error: ErrorObject, value: unknown): string {
  const limit = String(error.params['limit'])
  switch (error.keyword) {
    case 'minimum':
      return `is ${describe(value)}, must be at least ${limit}`
    case 'maximum':
      return `is ${describe(value)}, must be at most ${limit}`
    case 'minLength':
      return 'is an empty string, must not be empty'
    case 'maxLength':
      return `has ${count(value)} characters, must have at most ${limit}`
    case 'maxItems':
    case 'maxProperties':
      return `has ${count(value)} entries, must have at most ${limit}`
    default:
      return `is ${describe(value)}, which the schema's rule "${error.keyword}" does not allow`
  }
}

/** What the schema wants, with its article: `a list of strings`. */
function expectation(schema: Fields): string {
  switch (schema['type']) {
    case 'string':
      return 'a string'
    case 'boolean':
      return 'true or false'
    case 'integer':
      return 'a whole number'
    case 'array':
      return `a list of ${plural(asFields(schema['items']) ?? {})}`
    case 'object': {
      const values = asFields(schema['additionalProperties'])
      const names = Object.keys(asFields(schema['properties']) ?? {})
      if (values !== undefined) return `a map of ${plural(values)}`
      return names.length === 0 ? 'an object' : `an object with ${names.slice(0, listedFields).join(', ')}`
    }
    default:
      return 'of another type'
  }
}

function plural(items: Fields): string {
  switch (items['type']) {
    case 'string':
      return 'strings'
    case 'object': {
      const names = Object.keys(asFields(items['properties']) ?? {})
      return names.length === 0 ? 'objects' : `objects (${names.slice(0, listedFields).join(', ')})`
    }
    default:
      return 'values'
  }
}

function property(schema: Fields, name: string): Fields {
  return asFields(asFields(schema['properties'])?.[name]) ?? {}
}

/** A scalar with its type, or only the type: `the string "x"`, `a list`. */
function describe(value: unknown): string {
  if (typeof value === 'string') return `the string ${jsonText(value)}`
  if (typeof value === 'number') return `the number ${value}`
  if (typeof value === 'boolean') return String(value)
  return kindOf(value)
}

function jsonText(value: unknown): string {
  const text = jsonOf(value)
  return text.length > quotedLength ? `${text.slice(0, quotedLength)}…` : text
}

function count(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length
  return Object.keys(asFields(value) ?? {}).length
}
