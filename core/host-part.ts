// An IPv6 address whose prefix is the pool's and whose host bits are the Service's: where the provider changes the prefix, the Service keeps its host part.
import { type Address, formatAddress, parseAddress } from './address.ts'
import { type AddressRange, rangeSize } from './range.ts'
import { fail, ok, type Result } from './result.ts'

/** Reads `::1:53`: an IPv6 address whose leading bits, which are the prefix's, are zero. */
export function parseHostPart(text: string): Result<bigint, string> {
  const parsed = parseAddress(text)
  if (!parsed.ok) return fail(parsed.error)
  return parsed.value.family === 'IPv6' ? ok(parsed.value.value) : fail('it is an IPv4 address')
}

export function formatHostPart(hostPart: bigint): string {
  return formatAddress({ family: 'IPv6', value: hostPart })
}

/** The address of a range with this host part; undefined when the range is no whole prefix, or has fewer host bits. */
export function hostIn(range: AddressRange, hostPart: bigint): Address | undefined {
  const { first } = range
  if (first.family !== 'IPv6') return undefined
  const size = rangeSize(range)
  const isPrefix = (size & (size - 1n)) === 0n && first.value % size === 0n
  return isPrefix && hostPart < size ? { family: 'IPv6', value: first.value | hostPart } : undefined
}
