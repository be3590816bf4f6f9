import { CelFailure } from '../failure.ts'
import { int, intOfDouble, nanosPerSecond, timestamp, uint, uintOfDouble } from '../numbers.ts'
import { overload } from '../signature.ts'
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp } from '../time.ts'
import { type CelMap, CelType, type Duration, type Timestamp, typeName, type Uint, type Value } from '../values.ts'
import { codePointCount } from './text.ts'

const TS = 'google.protobuf.Timestamp'
const GPD = 'google.protobuf.Duration'

/** Types whose values a conversion to themselves, and type(), takes. */
const allTypes = [
  'null',
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'list',
  'map',
  'type',
  TS,
  GPD,
  'net.IP',
  'net.CIDR',
  'optional',
]

const identity = [
  ['bool', 'bool'],
  ['int', 'int'],
  ['uint', 'uint'],
  ['double', 'double'],
  ['string', 'string'],
  ['bytes', 'bytes'],
  ['timestamp', TS],
  ['duration', GPD],
  ['ip', 'net.IP'],
  ['cidr', 'net.CIDR'],
] as const

const trueTexts = new Set(['1', 't', 'T', 'true', 'TRUE', 'True'])
const falseTexts = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False'])

const specialDoubles: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  '+infinity': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
}

function boolOf(text: string): boolean {
  if (trueTexts.has(text)) return true
  if (falseTexts.has(text)) return false
  throw new CelFailure('the string is no bool')
}

function doubleOf(text: string): number {
  const special = specialDoubles[text.toLowerCase()]
  if (special !== undefined) return special
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) throw new CelFailure('the string is no double')
  return Number(text)
}

function intOf(text: string, pattern: RegExp): bigint {
  if (!pattern.test(text)) throw new CelFailure('the string is no integer')
  return BigInt(text.replace('+', ''))
}

/** As Go's %g with the shortest digits that give the number back. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const [digits = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 21) return value.toString()
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function bytesToString(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new CelFailure('the bytes are not UTF-8')
  }
}

export const conversionFunctions = [
  overload('dyn(dyn): dyn', ([value]: [Value]) => value),
  ...allTypes.map((type) => overload(`type(${type}): type`, ([value]: [Value]) => new CelType(typeName(value)))),
  ...identity.map(([name, type]) => overload(`${name}(${type}): ${type}`, ([value]: [Value]) => value)),
  overload('bool(string): bool', ([text]: [string]) => boolOf(text)),
  overload('int(uint): int', ([value]: [Uint]) => int(value.value)),
  overload('int(double): int', ([value]: [number]) => intOfDouble(value)),
  overload('int(string): int', ([text]: [string]) => int(intOf(text, /^[+-]?\d{1,40}$/))),
  overload(`int(${TS}): int`, ([value]: [Timestamp]) => floorDivide(value.nanos, nanosPerSecond)),
  overload('uint(int): uint', ([value]: [bigint]) => uint(value)),
  overload('uint(double): uint', ([value]: [number]) => uintOfDouble(value)),
  overload('uint(string): uint', ([text]: [string]) => uint(intOf(text, /^\d{1,40}$/))),
  overload('double(int): double', ([value]: [bigint]) => Number(value)),
  overload('double(uint): double', ([value]: [Uint]) => Number(value.value)),
  overload('double(string): double', ([text]: [string]) => doubleOf(text)),
  overload('string(bool): string', ([value]: [boolean]) => String(value)),
  overload('string(int): string', ([value]: [bigint]) => String(value), { size: () => 20 }),
  overload('string(uint): string', ([value]: [Uint]) => String(value.value), { size: () => 20 }),
  overload('string(double): string', ([value]: [number]) => formatDouble(value), { size: () => 30 }),
  overload('string(bytes): string', ([bytes]: [Uint8Array]) => bytesToString(bytes)),
  overload(`string(${TS}): string`, ([value]: [Timestamp]) => formatTimestamp(value), { size: () => 40 }),
  overload(`string(${GPD}): string`, ([value]: [Duration]) => formatDuration(value), { size: () => 40 }),
  overload('bytes(string): bytes', ([text]: [string]) => new TextEncoder().encode(text), { size: ([size = 0]) => size * 3 }),
  overload(`timestamp(string): ${TS}`, ([text]: [string]) => parseTimestamp(text)),
  overload(`timestamp(int): ${TS}`, ([seconds]: [bigint]) => timestamp(seconds * nanosPerSecond)),
  overload(`duration(string): ${GPD}`, ([text]: [string]) => parseDuration(text)),
  ...['size(string): int', 'string.size(): int'].map((text) => overload(text, ([value]: [string]) => BigInt(codePointCount(value)))),
  ...['size(bytes): int', 'bytes.size(): int'].map((text) => overload(text, ([value]: [Uint8Array]) => BigInt(value.length))),
  ...['size(list): int', 'list.size(): int'].map((text) => overload(text, ([list]: [readonly Value[]]) => BigInt(list.length))),
  ...['size(map): int', 'map.size(): int'].map((text) => overload(text, ([map]: [CelMap]) => BigInt(map.size))),
]

function floorDivide(a: bigint, b: bigint): bigint {
  return a < 0n && a % b !== 0n ? a / b - 1n : a / b
}
