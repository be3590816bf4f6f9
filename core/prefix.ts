import { type Address, addressBits, lastIPv4, lastIPv6, parseAddress } from './address.ts'
import { fail, ok, type Result } from './result.ts'

export interface Prefix {
  /** The first address: host bits are zero here, whatever was written. */
  readonly address: Address
  readonly length: number
  /** The text had host bits set, as in 198.51.100.10/24. */
  readonly hostBitsSet: boolean
}

/** Reads `address/length`; the length is plain decimal (no sign, no leading zero). The error is the reason in words, without the text itself. */
export function parsePrefix(text: string): Result<Prefix, string> {
  const slash = text.lastIndexOf('/')
  if (slash < 0) return fail('it has no "/" with a prefix length')
  const parsed = parseAddress(text.slice(0, slash))
  if (!parsed.ok) return parsed
  const digits = text.slice(slash + 1)
  if (!/^\d{1,9}$/.test(digits)) return fail(`the prefix length "${digits}" is not a decimal number`)
  if (digits.length > 1 && digits.startsWith('0')) {
    return fail(`the prefix length "${digits}" has a leading zero (write "${digits.replace(/^0+(?=\d)/, '')}")`)
  }
  const length = Number(digits)
  const bits = addressBits[parsed.value.family]
  if (length > bits) return fail(`the prefix length ${digits} is more than ${bits}, the size of an ${parsed.value.family} address`)
  const address = firstOf(parsed.value, length)
  return ok({ address, length, hostBitsSet: address.value !== parsed.value.value })
}

/** The first address of the prefix of this length that holds `address`. */
export function firstOf(address: Address, length: number): Address {
  if (address.family === 'IPv4') return { family: 'IPv4', value: address.value - (address.value % 2 ** (32 - length)) }
  const hostBits = BigInt(128 - length)
  return { family: 'IPv6', value: (address.value >> hostBits) << hostBits }
}

/** The last address of a prefix. */
export function lastOf(prefix: Prefix): Address {
  const { address, length } = prefix
  return address.family === 'IPv4'
    ? { family: 'IPv4', value: address.value + (length === 0 ? lastIPv4 : 2 ** (32 - length) - 1) }
    : { family: 'IPv6', value: address.value | (lastIPv6 >> BigInt(length)) }
}
