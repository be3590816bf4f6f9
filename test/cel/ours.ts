import { Budget, CelFailure } from '../../admission/cel/failure.ts'
import { type CelReader, celReader } from '../../admission/cel/parse.ts'
import { plan } from '../../admission/cel/plan.ts'
import { CelType, Cidr, Duration, Ip, isList, LiteralMap, Optional, Timestamp, Uint, type Value } from '../../admission/cel/values.ts'
import type { ConformanceCase } from './cases.ts'
import { type Plain, textOf } from './text.ts'

function valueOf(plain: Plain): Value {
  switch (plain.type) {
    case 'null':
      return null
    case 'uint':
      return new Uint(plain.value)
    case 'timestamp':
      return new Timestamp(plain.value)
    case 'duration':
      return new Duration(plain.value)
    case 'list':
      return plain.items.map(valueOf)
    case 'map': {
      const map = new LiteralMap()
      for (const [key, value] of plain.entries) map.add(valueOf(key), valueOf(value))
      return map
    }
    case 'type':
      return new CelType(plain.name)
    case 'optional':
      return new Optional(plain.value === undefined ? undefined : valueOf(plain.value))
    default:
      return plain.value
  }
}

function plainOf(value: Value): Plain {
  switch (typeof value) {
    case 'boolean':
      return { type: 'bool', value }
    case 'bigint':
      return { type: 'int', value }
    case 'number':
      return { type: 'double', value }
    case 'string':
      return { type: 'string', value }
    default:
      return plainOfObject(value)
  }
}

function plainOfObject(value: Exclude<Value, boolean | bigint | number | string>): Plain {
  if (value === null) return { type: 'null' }
  if (isList(value)) return { type: 'list', items: value.map(plainOf) }
  if (value instanceof Uint) return { type: 'uint', value: value.value }
  if (value instanceof Uint8Array) return { type: 'bytes', value }
  if (value instanceof Timestamp) return { type: 'timestamp', value: value.nanos }
  if (value instanceof Duration) return { type: 'duration', value: value.nanos }
  if (value instanceof CelType) return { type: 'type', name: value.name }
  if (value instanceof Optional) return { type: 'optional', value: value.value === undefined ? undefined : plainOf(value.value) }
  if (value instanceof Ip || value instanceof Cidr) throw new Error('no address is in the data')
  return { type: 'map', entries: value.keys().map((key) => [plainOf(key), plainOf(value.get(key) ?? null)] as const) }
}

/** What our engine makes of it. */
export interface Outcome {
  /** The value, or `error`. */
  readonly text: string
  /** Of the error. */
  readonly reason?: string
  /** It was refused before it ran. */
  readonly isRefused?: boolean
}

const readers = new Map<string, CelReader>()

function readerFor(variables: ConformanceCase['variables']): CelReader {
  const key = JSON.stringify(variables)
  const reader = readers.get(key) ?? celReader({ records: {}, variables })
  readers.set(key, reader)
  return reader
}

export function evaluateOurs({ source, variables, bindings }: ConformanceCase): Outcome {
  const parsed = readerFor(variables)(source)
  if (!parsed.ok) return { text: 'error', reason: parsed.error.message, isRefused: true }
  const variable = (name: string): Value | undefined => {
    const plain = bindings[name]
    return plain === undefined ? undefined : valueOf(plain)
  }
  try {
    return { text: textOf(plainOf(plan(parsed.value.node)({ variable, locals: [], budget: new Budget(1e7), at: 0 }))) }
  } catch (error) {
    if (error instanceof CelFailure) return { text: 'error', reason: error.message }
    throw error
  }
}
