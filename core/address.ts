// IP addresses: the grammar of Go's net/netip (which Kubernetes and MetalLB use), without zones and without IPv4-mapped IPv6.
import { fail, ok, type Result } from './result.ts'

export type Family = 'IPv4' | 'IPv6'

export type Address = { readonly family: 'IPv4'; readonly value: number } | { readonly family: 'IPv6'; readonly value: bigint }

export const addressBits = { IPv4: 32, IPv6: 128 } as const

export const lastIPv4 = 0xffff_ffff
export const lastIPv6 = (1n << 128n) - 1n

/**
 * Reads one address.
 *
 * @returns the address, or the reason in words, without the text itself
 */
export function parseAddress(text: string): Result<Address, string> {
  if (text === '') return fail('it is empty')
  if (text.length > 64) return fail('it is longer than any address')
  if (text.includes('%')) return fail('it has a zone (the part from "%" on), which a load balancer address cannot have')
  return text.includes(':') ? parseIPv6(text) : parseIPv4(text)
}

function parseIPv4(text: string): Result<Address, string> {
  const octets = parseOctets(text)
  return octets.ok ? ok({ family: 'IPv4', value: octets.value }) : octets
}

function parseOctets(text: string): Result<number, string> {
  const octets = text.split('.')
  if (octets.length !== 4) return fail(`it has ${octets.length} of the 4 decimal parts of an IPv4 address`)
  let value = 0
  for (const octet of octets) {
    if (octet === '') return fail('one of its decimal parts is empty')
    if (!/^\d+$/.test(octet)) return fail(`"${octet}" is not a decimal number`)
    if (octet.length > 1 && octet.startsWith('0')) return fail(`"${octet}" has a leading zero (write "${octet.replace(/^0+(?=\d)/, '')}")`)
    if (octet.length > 3 || Number(octet) > 255) return fail(`"${octet}" is more than 255`)
    value = value * 256 + Number(octet)
  }
  return ok(value)
}

function parseIPv6(text: string): Result<Address, string> {
  const parts = text.split('::')
  if (parts.length > 2) return fail('it has "::" more than once')
  const head = parseGroups(parts[0] ?? '', parts.length === 1)
  if (!head.ok) return head
  if (parts.length === 1) {
    if (head.value.length !== 8) return fail(`it has ${head.value.length} of the 8 groups of an IPv6 address, and no "::"`)
    return joinGroups(head.value)
  }
  const tail = parseGroups(parts[1] ?? '', true)
  if (!tail.ok) return tail
  const elided = 8 - head.value.length - tail.value.length
  if (elided < 1) return fail('it has too many groups beside "::"')
  return joinGroups([...head.value, ...Array<number>(elided).fill(0), ...tail.value])
}

/** Groups of one side of "::"; only the last group of the whole address may be a dotted IPv4 address. */
function parseGroups(text: string, endsAddress: boolean): Result<number[], string> {
  if (text === '') return ok([])
  const groups: number[] = []
  const words = text.split(':')
  for (const [index, word] of words.entries()) {
    if (word.includes('.')) {
      if (!endsAddress || index !== words.length - 1) return fail(`"${word}" is not a group of at most 4 hexadecimal digits`)
      const octets = parseOctets(word)
      if (!octets.ok) return octets
      groups.push(Math.floor(octets.value / 65536), octets.value % 65536)
    } else {
      if (word === '') return fail('one of its groups is empty')
      if (!/^[0-9a-fA-F]{1,4}$/.test(word)) return fail(`"${word}" is not a group of at most 4 hexadecimal digits`)
      groups.push(Number.parseInt(word, 16))
    }
  }
  return ok(groups)
}

function joinGroups(groups: readonly number[]): Result<Address, string> {
  if (groups.length !== 8) return fail(`it has ${groups.length} groups where an IPv6 address has 8`)
  let value = 0n
  for (let index = 0; index < 8; index += 2) value = (value << 32n) | BigInt((groups[index] ?? 0) * 65536 + (groups[index + 1] ?? 0))
  if (value >> 32n === 0xffffn) {
    const plain = formatAddress({ family: 'IPv4', value: Number(value & 0xffff_ffffn) })
    return fail(`it is an IPv4 address dressed as IPv6 (write "${plain}")`)
  }
  return ok({ family: 'IPv6', value })
}

/** The canonical text: dotted decimal, or RFC 5952 (lower case, the longest run of two or more zero groups as "::"). */
export function formatAddress(address: Address): string {
  if (address.family === 'IPv4') {
    const { value } = address
    return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`
  }
  const groups = Array.from({ length: 8 }, (_, index) => Number((address.value >> BigInt(112 - 16 * index)) & 0xffffn))
  const run = longestZeroRun(groups)
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':')
  return run.length < 2 ? hex(groups) : `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`
}

function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start }
  }
  return best
}

/** Negative, zero or positive; every IPv4 address stands before every IPv6 address. */
export function compareAddresses(a: Address, b: Address): number {
  if (a.family !== b.family) return a.family === 'IPv4' ? -1 : 1
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.family === b.family && a.value === b.value
}

/** The same addresses, in whatever order; neither list holds one twice. */
export function sameAddresses(a: readonly Address[], b: readonly Address[]): boolean {
  return a.length === b.length && a.every((one) => b.some((other) => sameAddress(one, other)))
}
