import { type Address, addressBits, compareAddresses, formatAddress, parseAddress } from './address.ts'
import { lastOf, parsePrefix } from './prefix.ts'
import { fail, ok, type Result } from './result.ts'

/** All addresses from `first` to `last`, both included; one family, `first` not after `last`. */
export interface AddressRange {
  readonly first: Address
  readonly last: Address
}

export interface ParsedRange extends AddressRange {
  /** As it was written, without the white space around it. */
  readonly text: string
  /** The same range in canonical text: `192.168.1.0/24` or `192.168.1.1-192.168.1.9`. */
  readonly canonical: string
  readonly hostBitsSet: boolean
}

export type RangeErrorCode = 'RangeSyntax' | 'AddressLeadingZero' | 'RangeBareAddress' | 'RangeReversed' | 'RangeMixedFamilies'

export interface RangeError {
  readonly code: RangeErrorCode
  /** Why, and what to write instead; the text itself is not repeated. */
  readonly message: string
}

/** Reads one entry of a pool's `addresses`: a CIDR, or `first-last` with spaces allowed around each address, which is what Go makes of both. */
export function parseRange(text: string): Result<ParsedRange, RangeError> {
  const trimmed = text.trim()
  const dash = trimmed.indexOf('-')
  if (dash >= 0) return parseSpan(trimmed, trimmed.slice(0, dash).trim(), trimmed.slice(dash + 1).trim())
  if (!trimmed.includes('/')) return fail(explainBare(trimmed))
  if (trimmed !== text) return fail({ code: 'RangeSyntax', message: `it has a space before or behind it; write "${trimmed}"` })
  const prefix = parsePrefix(trimmed)
  if (!prefix.ok) return fail(syntaxError(trimmed, prefix.error))
  const { address, length, hostBitsSet } = prefix.value
  return ok({
    first: address,
    last: lastOf(prefix.value),
    text: trimmed,
    canonical: `${formatAddress(address)}/${length}`,
    hostBitsSet,
  })
}

function parseSpan(text: string, from: string, to: string): Result<ParsedRange, RangeError> {
  const first = parseAddress(from)
  if (!first.ok) return fail(syntaxError(text, `"${from}" is not an IP address: ${first.error}`))
  const last = parseAddress(to)
  if (!last.ok) return fail(syntaxError(text, `"${to}" is not an IP address: ${last.error}`))
  if (first.value.family !== last.value.family) {
    return fail({
      code: 'RangeMixedFamilies',
      message: `it begins with an ${first.value.family} address and ends with an ${last.value.family} address; list one range for each family`,
    })
  }
  if (compareAddresses(first.value, last.value) > 0) {
    const turned = `${formatAddress(last.value)}-${formatAddress(first.value)}`
    return fail({ code: 'RangeReversed', message: `its end ${to} comes before its start ${from}; write "${turned}"` })
  }
  const range = { first: first.value, last: last.value }
  return ok({ ...range, text, canonical: formatRange(range), hostBitsSet: false })
}

function explainBare(text: string): RangeError {
  const address = parseAddress(text)
  if (!address.ok) return syntaxError(text, address.error)
  return {
    code: 'RangeBareAddress',
    message: `it is a single address; use "${formatAddress(address.value)}/${addressBits[address.value.family]}"`,
  }
}

function syntaxError(text: string, message: string): RangeError {
  return { code: /(?:^|[./\s-])0\d+(?:[./\s-]|$)/.test(text) && text.includes('.') ? 'AddressLeadingZero' : 'RangeSyntax', message }
}

export function rangeContains(range: AddressRange, address: Address): boolean {
  return range.first.family === address.family && compareAddresses(range.first, address) <= 0 && compareAddresses(address, range.last) <= 0
}

export function rangesOverlap(a: AddressRange, b: AddressRange): boolean {
  return compareAddresses(a.first, b.last) <= 0 && compareAddresses(b.first, a.last) <= 0
}

/** How many addresses it holds. */
export function rangeSize(range: AddressRange): bigint {
  return BigInt(range.last.value) - BigInt(range.first.value) + 1n
}

/** Prefix length of the widest CIDR that lies in the range. */
export function widestPrefix({ first, last }: AddressRange): number {
  const bits = addressBits[first.family]
  const from = BigInt(first.value)
  const end = BigInt(last.value) + 1n
  for (let length = 0; length < bits; length++) {
    const size = 1n << BigInt(bits - length)
    const aligned = ((from + size - 1n) / size) * size
    if (aligned + size <= end) return length
  }
  return bits
}

export function formatRange(range: AddressRange): string {
  return `${formatAddress(range.first)}-${formatAddress(range.last)}`
}
