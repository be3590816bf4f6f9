// The conformance tests of cel-spec that need no protobuf messages.
import { tests as suites } from '@bufbuild/cel-spec/testdata/conformance.js'
import { parseDuration, parseTimestamp } from '../../admission/cel/time.ts'
import type { Fields } from '../../core/shape.ts'
import { type Plain, textOf } from './text.ts'

export interface ConformanceCase {
  readonly section: string
  readonly source: string
  /** Type names as our type checker knows them. */
  readonly variables: Readonly<Record<string, string>>
  readonly bindings: Readonly<Record<string, Plain>>
  /** The value as text, or `error`. */
  readonly expected: string
  /** The test is about evaluating what no type checker would let pass. */
  readonly isUnchecked: boolean
}

/** A test that is left out, and why. */
class Foreign extends Error {}

/** Sections about protobuf alone. */
const foreignSections = new Set([
  'proto2',
  'proto2_ext',
  'proto3',
  'enums',
  'wrappers',
  'dynamic',
  'type_deductions',
  'unknowns',
  'block_ext',
])

const foreignSource =
  /TestAllTypes|NestedTestAllTypes|GlobalEnum|google\.protobuf\.(?!Timestamp\b|Duration\b)|google\.protobuf\.\w+\s*\{|cel\.expr\.conformance/

const primitives: Readonly<Record<string, string>> = {
  BOOL: 'bool',
  INT64: 'int',
  UINT64: 'uint',
  DOUBLE: 'double',
  STRING: 'string',
  BYTES: 'bytes',
}

function typeOf(type: Fields): string {
  const { primitive, listType, mapType, wellKnown } = type as {
    primitive?: string
    listType?: Fields
    mapType?: Fields
    wellKnown?: string
  }
  if (primitive !== undefined) return primitives[primitive] ?? 'dyn'
  if (listType !== undefined) return `list<${typeOf(listType['elemType'] as Fields)}>`
  if (mapType !== undefined) return `map<${typeOf(mapType['keyType'] as Fields)}, ${typeOf(mapType['valueType'] as Fields)}>`
  if (wellKnown === 'TIMESTAMP') return 'google.protobuf.Timestamp'
  if (wellKnown === 'DURATION') return 'google.protobuf.Duration'
  if ('messageType' in type || 'wrapper' in type || 'abstractType' in type) throw new Foreign()
  return 'dyn'
}

/** A `cel.expr.Value` in protobuf's JSON. */
function plainOf(value: Fields): Plain {
  const [kind, content] = Object.entries(value)[0] ?? ['', undefined]
  switch (kind) {
    case 'nullValue':
      return { type: 'null' }
    case 'boolValue':
      return { type: 'bool', value: content === true }
    case 'int64Value':
      return { type: 'int', value: BigInt(content as string) }
    case 'uint64Value':
      return { type: 'uint', value: BigInt(content as string) }
    case 'doubleValue':
      return { type: 'double', value: Number(content) }
    case 'stringValue':
      return { type: 'string', value: content as string }
    case 'bytesValue':
      return { type: 'bytes', value: Uint8Array.fromBase64(content as string) }
    case 'listValue':
      return { type: 'list', items: ((content as Fields)['values'] as readonly Fields[] | undefined)?.map(plainOf) ?? [] }
    case 'mapValue': {
      const entries = ((content as Fields)['entries'] ?? []) as readonly { readonly key: Fields; readonly value: Fields }[]
      return { type: 'map', entries: entries.map((entry) => [plainOf(entry.key), plainOf(entry.value)] as const) }
    }
    case 'typeValue':
      return { type: 'type', name: content as string }
    case 'objectValue':
      return wellKnownOf(content as { '@type': string; value: string })
    default:
      throw new Foreign()
  }
}

function wellKnownOf(message: { readonly '@type': string; readonly value: string }): Plain {
  if (message['@type'].endsWith('google.protobuf.Timestamp')) return { type: 'timestamp', value: parseTimestamp(message.value).nanos }
  if (message['@type'].endsWith('google.protobuf.Duration')) return { type: 'duration', value: parseDuration(message.value).nanos }
  throw new Foreign()
}

interface Suite {
  readonly name: string
  readonly suites?: readonly Suite[]
  readonly tests?: readonly { readonly original: Fields & { readonly expr: string } }[]
}

function read(section: string, original: Fields & { readonly expr: string }): ConformanceCase | undefined {
  const {
    expr,
    typeEnv = [],
    bindings = {},
    container,
    checkOnly,
    disableCheck,
    value,
    typedResult,
    evalError,
  } = original as Fields & {
    expr: string
    typeEnv?: readonly { name: string; ident?: { type: Fields } }[]
    bindings?: Readonly<Record<string, { value: Fields }>>
    typedResult?: { result?: Fields }
    value?: Fields
  }
  try {
    if (checkOnly === true || foreignSource.test(expr) || container !== undefined) throw new Foreign()
    const variables = typeEnv.map(({ name, ident }) => {
      if (ident === undefined) throw new Foreign()
      return [name, typeOf(ident.type)] as const
    })
    const values = Object.entries(bindings).map(([name, binding]) => [name, plainOf(binding.value)] as const)
    const wanted = value ?? typedResult?.result
    const expected = evalError !== undefined ? 'error' : textOf(wanted === undefined ? { type: 'bool', value: true } : plainOf(wanted))
    return {
      section,
      source: expr,
      variables: Object.fromEntries(variables),
      bindings: Object.fromEntries(values),
      expected,
      isUnchecked: disableCheck === true,
    }
  } catch (error) {
    if (error instanceof Foreign) return undefined
    throw error
  }
}

function* casesOf(suite: Suite, section: string): Generator<ConformanceCase | undefined> {
  for (const { original } of suite.tests ?? []) yield read(section, original)
  for (const inner of suite.suites ?? []) yield* casesOf(inner, section)
}

const sections = (suites as unknown as Suite).suites ?? []

/** All of them, in the order of the specification; undefined stands for one that is left out. */
const all = sections.flatMap((suite) =>
  foreignSections.has(suite.name) ? [...casesOf(suite, suite.name)].map(() => undefined) : [...casesOf(suite, suite.name)],
)

export const conformanceCases: readonly ConformanceCase[] = all.filter((each) => each !== undefined)
export const leftOut: number = all.length - conformanceCases.length
