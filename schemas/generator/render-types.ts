// TypeScript interfaces from structural schemas.
import { fitsNumber, type Kind, type Schema, sharedName } from './crd.ts'

/** The text of `generated/types.ts`. */
export function renderTypes(kinds: readonly Kind[]): string {
  const shared = new Set<string>(['ObjectMeta'])
  const body = kinds.map((kind) => renderKind(kind, shared)).join('\n')
  return `import type { ${[...shared].toSorted().join(', ')} } from '../object-meta.ts'\n\n${body}`
}

function renderKind({ apiVersion, kind, typeName, schema }: Kind, shared: Set<string>): string {
  const parts: string[] = []
  const lines = [
    ...comment(schema.description, ''),
    `export interface ${typeName} {`,
    `  readonly apiVersion: '${apiVersion}'`,
    `  readonly kind: '${kind}'`,
    '  readonly metadata: ObjectMeta',
  ]
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (name !== 'spec' && name !== 'status') continue
    const partName = `${typeName}${name === 'spec' ? 'Spec' : 'Status'}`
    const mark = schema.required?.includes(name) ? '' : '?'
    if (property.properties === undefined) {
      lines.push(`  readonly ${name}${mark}: Readonly<Record<string, unknown>>`)
      continue
    }
    lines.push(`  readonly ${name}${mark}: ${partName}`)
    parts.push([...comment(property.description, ''), `export interface ${partName} ${renderObject(property, '', shared)}`].join('\n'))
  }
  return [[...lines, '}'].join('\n'), ...parts].map((part) => `${part}\n`).join('\n')
}

function renderObject(schema: Schema, indent: string, shared: Set<string>): string {
  const lines = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    ...comment(describe(property), `${indent}  `),
    `${indent}  readonly ${name}${schema.required?.includes(name) ? '' : '?'}: ${renderType(property, `${indent}  `, shared)}`,
  ])
  return `{\n${lines.join('\n')}\n${indent}}`
}

function renderType(schema: Schema, indent: string, shared: Set<string>): string {
  const known = sharedName(schema)
  if (known !== undefined) {
    shared.add(known)
    return known
  }
  switch (schema.type) {
    case 'string':
      return schema.enum?.map((value) => `'${value}'`).join(' | ') ?? 'string'
    case 'integer':
      return fitsNumber(schema) ? 'number' : 'number | bigint'
    case 'boolean':
      return 'boolean'
    case 'array':
      return `readonly ${grouped(renderType(schema.items ?? {}, indent, shared))}[]`
    case 'object':
      if (schema.additionalProperties !== undefined)
        return `Readonly<Record<string, ${renderType(schema.additionalProperties, indent, shared)}>>`
      return schema.properties === undefined ? 'Readonly<Record<string, unknown>>' : renderObject(schema, indent, shared)
    default:
      return 'unknown'
  }
}

const grouped = (type: string): string => (/^[\w{]/.test(type) && !type.includes(' | ') ? type : `(${type})`)

function describe({ description, minimum, maximum, default: initial }: Schema): string | undefined {
  const limits = [
    minimum === undefined || maximum === undefined ? [] : [`${minimum} to ${maximum}`],
    initial === undefined ? [] : [`default ${JSON.stringify(initial)}`],
  ].flat()
  return limits.length === 0 || description === undefined ? description : `${description} (${limits.join(', ')})`
}

function comment(description: string | undefined, indent: string): readonly string[] {
  return description === undefined ? [] : [`${indent}/** ${description} */`]
}
