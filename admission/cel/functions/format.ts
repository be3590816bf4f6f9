// "%d of %s".format([…]) as cel-go does it.
import { formatAddress } from '../../../core/address.ts'
import { type Budget, CelFailure } from '../failure.ts'
import { formatDuration, formatTimestamp } from '../time.ts'
import { CelType, Cidr, Duration, Ip, isList, isMap, Timestamp, typeName, Uint, type Value, withArticle } from '../values.ts'
import { formatDouble } from './conversion.ts'

const directive = /%(?:%|(?:\.(\d+))?([a-zA-Z]))/g

export function format(text: string, args: readonly Value[], budget: Budget): string {
  let used = 0
  const result = text.replaceAll(directive, (all, precision: string | undefined, verb: string | undefined) => {
    if (all === '%%') return '%'
    if (used >= args.length) throw new CelFailure(`format() has ${args.length} values, and the text asks for more`)
    const value = args[used] ?? null
    used += 1
    const formatted = formatOne(verb ?? '', value, precision)
    budget.spend(formatted.length / 10)
    return formatted
  })
  return result
}

function formatOne(verb: string, value: Value, precision: string | undefined): string {
  switch (verb) {
    case 's':
      return plain(value)
    case 'd':
      return decimal(value)
    case 'f':
    case 'e':
      return fraction(verb, value, precision)
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : integer(value, 2, verb)
    case 'o':
      return integer(value, 8, verb)
    case 'x':
      return hex(value)
    case 'X':
      return hex(value).toUpperCase()
    default:
      throw new CelFailure(`format() knows no %${verb}`)
  }
}

function wrong(verb: string, value: Value): CelFailure {
  return new CelFailure(`%${verb} does not write ${withArticle(typeName(value))}`)
}

/** %s: everything but what has no text. */
function plain(value: Value): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? formatDouble(value) : infinite(value)
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  if (value instanceof Timestamp) return formatTimestamp(value)
  if (value instanceof Duration) return formatDuration(value)
  if (value instanceof CelType) return value.name
  if (value instanceof Ip) return formatAddress(value.address)
  if (value instanceof Cidr) return `${formatAddress(value.address)}/${value.prefix.length}`
  if (isList(value)) return `[${value.map(plain).join(', ')}]`
  if (value !== null && isMap(value)) {
    const entries = value.keys().map((key) => [plain(key), plain(value.get(key) ?? null)] as const)
    return `{${entries
      .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, text]) => `${key}: ${text}`)
      .join(', ')}}`
  }
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  throw wrong('s', value)
}

function decimal(value: Value): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return infinite(value)
  return integer(value, 10, 'd')
}

function infinite(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}

function integer(value: Value, radix: number, verb: string): string {
  if (typeof value === 'bigint') return value.toString(radix)
  if (value instanceof Uint) return value.value.toString(radix)
  throw wrong(verb, value)
}

function hex(value: Value): string {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
  return bytes instanceof Uint8Array ? bytes.toHex() : integer(bytes, 16, 'x')
}

function fraction(verb: 'f' | 'e', value: Value, precision: string | undefined): string {
  const digits = precision === undefined ? 6 : Number(precision)
  if (digits > 100) throw new CelFailure('format() writes at most 100 digits')
  const number = value instanceof Uint ? Number(value.value) : typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number') throw wrong(verb, value)
  if (!Number.isFinite(number)) return infinite(number)
  if (verb === 'f') return fixed(number, digits)
  return number.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2')
}

/** Rounds ties to even, as Go does; JavaScript rounds them up. */
function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits)
  // A double that lies exactly between two texts ends in a 5 soon after the last digit that is kept.
  const exact = value.toFixed(Math.min(100, digits + 60))
  const kept = digits === 0 ? exact.indexOf('.') : exact.indexOf('.') + 1 + digits
  const rest = exact.slice(kept).replace('.', '')
  if (!/^50*$/.test(rest)) return text
  const down = exact.slice(0, kept)
  return /[02468]$/.test(down) ? down : text
}
