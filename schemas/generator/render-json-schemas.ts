// JSON Schemas for ajv from structural schemas.
import { fitsNumber, type Kind, type Schema, sharedName } from './crd.ts'

type Json = { readonly [key: string]: unknown }

const shapes = `/** A JSON Schema as ajv takes it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}
`

/**
 * The text of `generated/json-schemas.ts`.
 *
 * An object is judged as its author wrote it: unknown fields are refused, `status` is left open where it is not the whole purpose of the
 * kind, because the API server drops it from what a user writes. Defaults are not applied, and CEL rules are not there.
 */
export function renderJsonSchemas(kinds: readonly Kind[]): string {
  const selectors = new Map<string, string>()
  const entries = kinds.map((kind) => `  '${kind.apiVersion}/${kind.kind}': ${render(rootSchema(kind, selectors), '  ')},\n`)
  const constants = [...selectors].map(([text, name]) => `const ${name}: JsonSchema = ${text}\n`)
  const table = `/** By API version and kind, such as \`metallb.io/v1beta1/IPAddressPool\`. */
export const jsonSchemas: { readonly [apiVersionSlashKind: string]: JsonSchema } = {\n${entries.join('')}}\n`
  return [shapes, ...constants, table].join('\n')
}

/** A constant of the generated file, in place of a schema that occurs many times. */
class Reference {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

function rootSchema({ apiVersion, kind, schema }: Kind, selectors: Map<string, string>): Json {
  const { spec, status } = schema.properties ?? {}
  const isStatusKind = spec?.properties === undefined
  return {
    description: schema.description,
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', ...(schema.required ?? [])],
    additionalProperties: false,
    properties: {
      apiVersion: { type: 'string', enum: [apiVersion] },
      kind: { type: 'string', enum: [kind] },
      metadata: { type: 'object' },
      ...(spec === undefined ? {} : { spec: convert(spec, selectors) }),
      status: isStatusKind && status !== undefined ? convert(status, selectors) : {},
    },
  }
}

function convert(schema: Schema, selectors: Map<string, string>): Json | Reference {
  if (sharedName(schema) !== 'LabelSelector') return convertPlain(schema, selectors)
  const text = render(convertPlain(schema, selectors), '')
  const name = selectors.get(text) ?? `labelSelector${selectors.size === 0 ? '' : selectors.size + 1}`
  selectors.set(text, name)
  return new Reference(name)
}

function convertPlain(schema: Schema, selectors: Map<string, string>): Json {
  const { description, properties, additionalProperties, items, required } = schema
  // Integers beyond 2^53 arrive as bigint, which ajv's type check does not know.
  if (!fitsNumber(schema)) return { description }
  const limits = keywords.flatMap((keyword) => (schema[keyword] === undefined ? [] : [[keyword, schema[keyword]] as const]))
  return {
    description,
    ...Object.fromEntries(limits),
    ...(required === undefined ? {} : { required }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: convert(additionalProperties, selectors) }),
    ...(properties === undefined
      ? {}
      : {
          additionalProperties: false,
          properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, convert(property, selectors)])),
        }),
    ...(items === undefined ? {} : { items: convert(items, selectors) }),
  }
}

/** What JSON Schema says with the same word; formats and defaults are left to the API server. */
const keywords = [
  'type',
  'enum',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'maxProperties',
] as const

function render(value: unknown, indent: string): string {
  if (value instanceof Reference) return value.name
  if (Array.isArray(value)) return `[${value.map((item) => render(item, indent)).join(', ')}]`
  if (typeof value === 'string') return quote(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  if (entries.length === 0) return '{}'
  const lines = entries.map(([key, item]) => `${indent}  ${key}: ${render(item, `${indent}  `)},\n`)
  return `{\n${lines.join('')}${indent}}`
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
