import { CelFailure } from '../failure.ts'
import { overload } from '../signature.ts'
import { Duration, isList, isMap, Optional, Timestamp, Uint, type Value } from '../values.ts'

function valueOf({ value }: Optional): Value {
  if (value === undefined) throw new CelFailure('the optional value is absent (ask hasValue() or use orValue())')
  return value
}

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0n || value === 0 || value === '') return true
  if (isList(value) || value instanceof Uint8Array) return value.length === 0
  if (value instanceof Duration || value instanceof Timestamp) return value.nanos === 0n
  if (value instanceof Uint) return value.value === 0n
  return isMap(value) && value.size === 0
}

export const optionalFunctions = [
  overload('optional.none(): optional<T>', () => new Optional(undefined)),
  overload('optional.of(A): optional<A>', ([value]: [Value]) => new Optional(value)),
  overload('optional.ofNonZeroValue(A): optional<A>', ([value]: [Value]) => new Optional(isZero(value) ? undefined : value)),
  overload('optional<A>.hasValue(): bool', ([optional]: [Optional]) => optional.value !== undefined),
  overload('optional<A>.value(): A', ([optional]: [Optional]) => valueOf(optional)),
]
