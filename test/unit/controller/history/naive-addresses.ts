// Addresses as texts, and ranges written out one by one: what a person would do on paper. It shares nothing with core/address.ts on purpose.

export type Family = 'IPv4' | 'IPv6'

export const familyOf = (text: string): Family => (text.includes(':') ? 'IPv6' : 'IPv4')

/** Every address of an entry of `spec.addresses`, lowest first; undefined when it is no range. */
export function writeOut(entry: string): readonly string[] | undefined {
  const isSpan = entry.includes('-')
  const [left = '', right = ''] = entry.split(isSpan ? '-' : '/')
  const family = familyOf(left)
  const start = numberOf(left.trim())
  if (start === undefined) return undefined
  const size = family === 'IPv4' ? 32 : 128
  const end = isSpan ? numberOf(right.trim()) : start + 2n ** BigInt(size - Number(right)) - 1n
  if (end === undefined || end < start) return undefined
  return Array.from({ length: Number(end - start) + 1 }, (_, index) => textOf(start + BigInt(index), family))
}

/** Whether it ends in .0 or .255. */
export function isBuggy(text: string): boolean {
  return familyOf(text) === 'IPv4' && /\.(?:0|255)$/.test(text)
}

/** IPv4 before IPv6. */
export function sorted(texts: readonly string[]): readonly string[] {
  return texts.toSorted((a, b) => familyOf(a).localeCompare(familyOf(b)))
}

function numberOf(text: string): bigint | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) {
    const octets = text.split('.').map(Number)
    return octets.some((octet) => octet > 255) ? undefined : octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n)
  }
  if (!/^[0-9a-f:]+$/.test(text) || !text.includes(':')) return undefined
  const [head = '', tail] = text.split('::')
  const groups = (part: string): readonly string[] => (part === '' ? [] : part.split(':'))
  const missing = 8 - groups(head).length - groups(tail ?? '').length
  const all = [...groups(head), ...Array<string>(tail === undefined ? 0 : missing).fill('0'), ...groups(tail ?? '')]
  return all.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n)
}

function textOf(value: bigint, family: Family): string {
  if (family === 'IPv4') return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.')
  const groups = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => ((value >> shift) & 65_535n).toString(16))
  const runs = groups.join(':').match(/(?:^|:)0(?::0)+(?=:|$)/g) ?? []
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '')
  if (longest === '') return groups.join(':')
  const [before, after] = splitOnce(groups.join(':'), longest)
  return `${before}::${after.replace(/^:/, '')}`
}

function splitOnce(text: string, part: string): readonly [string, string] {
  const at = text.indexOf(part)
  return [text.slice(0, at), text.slice(at + part.length)]
}
