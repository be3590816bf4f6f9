// Equality and order: numbers of all three types compare with each other, ints and doubles as doubles, as cel-go does; other types only with themselves.
import { sameAddress } from '../../core/address.ts'
import type { Budget } from './failure.ts'
import { type CelMap, CelType, Cidr, Duration, Ip, isList, isMap, Optional, Timestamp, Uint, type Value } from './values.ts'

/** Values of different types are not equal; NaN equals nothing. */
export function equals(a: Value, b: Value, budget: Budget): boolean {
  if (typeof a === 'string' && typeof b === 'string') {
    budget.spend(Math.min(a.length, b.length) / 10)
    return a === b
  }
  const left = numberOf(a)
  if (left !== undefined) {
    const right = numberOf(b)
    return right !== undefined && orderOf(left, right) === 0
  }
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b
  if (isList(a)) return isList(b) && listsEqual(a, b, budget)
  if (isMap(a)) return isMap(b) && mapsEqual(a, b, budget)
  return objectsEqual(a, b, budget)
}

function listsEqual(a: readonly Value[], b: readonly Value[], budget: Budget): boolean {
  budget.spend(Math.min(a.length, b.length))
  return a.length === b.length && a.every((item, index) => equals(item, b[index] ?? null, budget))
}

function mapsEqual(a: CelMap, b: CelMap, budget: Budget): boolean {
  const keys = a.keys()
  budget.spend(keys.length)
  if (keys.length !== b.size) return false
  return keys.every((key) => {
    const right = b.get(key)
    return right !== undefined && equals(a.get(key) ?? null, right, budget)
  })
}

function objectsEqual(a: Value, b: Value, budget: Budget): boolean {
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos
  if (a instanceof CelType) return b instanceof CelType && a.name === b.name
  if (a instanceof Ip) return b instanceof Ip && sameAddress(a.address, b.address)
  if (a instanceof Cidr) return b instanceof Cidr && sameAddress(a.address, b.address) && a.prefix.length === b.prefix.length
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b, budget) === 0
  if (a instanceof Optional && b instanceof Optional) {
    if (a.value === undefined || b.value === undefined) return a.value === b.value
    return equals(a.value, b.value, budget)
  }
  return false
}

/** Int and uint alike as bigint. */
function numberOf(value: Value): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value
  return value instanceof Uint ? value.value : undefined
}

/**
 * @returns negative, zero or positive; NaN when one of them is NaN; undefined when the two have no order
 */
export function compare(a: Value, b: Value, budget: Budget): number | undefined {
  const left = numberOf(a)
  const right = numberOf(b)
  if (left !== undefined && right !== undefined) return orderOf(left, right)
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b, budget)
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if (a instanceof Timestamp && b instanceof Timestamp) return orderOf(a.nanos, b.nanos)
  if (a instanceof Duration && b instanceof Duration) return orderOf(a.nanos, b.nanos)
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b, budget)
  return undefined
}

function orderOf(left: bigint | number, right: bigint | number): number {
  const isMixed = typeof left !== typeof right
  const a = isMixed ? Number(left) : left
  const b = isMixed ? Number(right) : right
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN
  return a < b ? -1 : a > b ? 1 : 0
}

/** By code points, where JavaScript's own order is by UTF-16 units. */
function compareStrings(a: string, b: string, budget: Budget): number {
  const shorter = Math.min(a.length, b.length)
  budget.spend(shorter / 10)
  for (let index = 0; index < shorter; index += 1) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left === right) continue
    const isSurrogate = [left, right].map((unit) => unit >= 0xd800 && unit <= 0xdfff)
    if (isSurrogate[0] !== isSurrogate[1]) return isSurrogate[0] ? 1 : -1
    return left - right
  }
  return a.length - b.length
}

function compareBytes(a: Uint8Array, b: Uint8Array, budget: Budget): number {
  const shorter = Math.min(a.length, b.length)
  budget.spend(shorter / 10)
  for (let index = 0; index < shorter; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
