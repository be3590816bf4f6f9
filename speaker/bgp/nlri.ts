// Prefixes as UPDATEs carry them: a length octet and the octets that matter (RFC 4271 §4.3).
import { type Address, addressBits, type Family } from '../../core/address.ts'
import type { Reader } from '../bytes.ts'

declare const kind: unique symbol

/**
 * A prefix of one family as its octets on the wire, one in each character.
 *
 * A string, because it is the only sequence of octets that compares by value: a table with 100,000 of them needs no second key and is never parsed.
 */
export type Nlri = string & { readonly [kind]: 'Nlri' }

/** @param address its host bits are zero */
export function nlriOf(address: Address, length: number): Nlri {
  const octets = Math.ceil(length / 8)
  let text = String.fromCharCode(length)
  for (let index = 0; index < octets; index += 1) text += String.fromCharCode(octetOf(address, index))
  return text as Nlri
}

function octetOf(address: Address, index: number): number {
  if (address.family === 'IPv4') return (address.value >>> (24 - 8 * index)) & 0xff
  return Number((address.value >> BigInt(120 - 8 * index)) & 0xffn)
}

/**
 * Passes over a list of prefixes to the end of the reader.
 *
 * @returns how many; undefined when one is longer than an address of the family. A list that ends within a prefix is for the cursor to report.
 */
export function countPrefixes(reader: Reader, family: Family): number | undefined {
  let count = 0
  while (reader.remaining > 0) {
    const length = reader.u8()
    if (length > addressBits[family]) return undefined
    reader.skip(Math.ceil(length / 8))
    count += 1
  }
  return count
}
