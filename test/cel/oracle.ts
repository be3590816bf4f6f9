// The same by @bufbuild/cel, an engine of other people.
import {
  type CelInput,
  type CelValue,
  celMap,
  celType,
  celUint,
  isCelError,
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
  run,
} from '@bufbuild/cel'
import { strings } from '@bufbuild/cel/ext'
import { create, isMessage } from '@bufbuild/protobuf'
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt'
import type { ConformanceCase } from './cases.ts'
import { type Plain, textOf } from './text.ts'

const second = 1_000_000_000n

function inputOf(plain: Plain): CelInput {
  switch (plain.type) {
    case 'null':
      return null
    case 'uint':
      return celUint(plain.value)
    case 'timestamp':
      return create(TimestampSchema, { seconds: plain.value / second, nanos: Number(plain.value % second) })
    case 'duration':
      return create(DurationSchema, { seconds: plain.value / second, nanos: Number(plain.value % second) })
    case 'list':
      return plain.items.map(inputOf)
    case 'map':
      return celMap(new Map(plain.entries.map(([key, value]) => [inputOf(key) as string, inputOf(value)])))
    case 'type':
      return celType(plain.name)
    case 'optional':
      throw new Error('it has no optional values')
    default:
      return plain.value
  }
}

function plainOf(value: CelValue): Plain {
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

function plainOfObject(value: Exclude<CelValue, boolean | bigint | number | string>): Plain {
  if (value === null) return { type: 'null' }
  if (value instanceof Uint8Array) return { type: 'bytes', value }
  if (isCelUint(value)) return { type: 'uint', value: value.value }
  if (isCelList(value)) return { type: 'list', items: [...value].map(plainOf) }
  if (isCelMap(value)) return { type: 'map', entries: [...value].map(([key, item]) => [plainOf(key), plainOf(item)] as const) }
  if (isCelType(value)) return { type: 'type', name: value.name }
  const { message } = value
  if (isMessage(message, TimestampSchema)) return { type: 'timestamp', value: message.seconds * second + BigInt(message.nanos) }
  if (isMessage(message, DurationSchema)) return { type: 'duration', value: message.seconds * second + BigInt(message.nanos) }
  throw new Error('another message')
}

/** The value as text, or `error`. */
export function evaluateTheirs({ source, bindings }: ConformanceCase): string {
  try {
    const inputs = Object.entries(bindings).map(([name, plain]) => [name, inputOf(plain)] as const)
    const result = run(source, Object.fromEntries(inputs), { funcs: [...strings] })
    return isCelError(result) ? 'error' : textOf(plainOf(result))
  } catch {
    return 'error'
  }
}
