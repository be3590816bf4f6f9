// The operators, by the sign that the parser gives them. && and || are not here: they need not evaluate both sides.
import { compare, equals } from '../compare.ts'
import { type Budget, CelFailure } from '../failure.ts'
import { divide, duration, int, modulo, timestamp, uint } from '../numbers.ts'
import { Duration, isList, isMap, Timestamp, typeName, Uint, type Value } from '../values.ts'

type Operator = (args: readonly Value[], budget: Budget) => Value

function mismatch(sign: string, ...values: readonly Value[]): CelFailure {
  return new CelFailure(`"${sign}" does not take ${values.map(typeName).join(' and ')}`)
}

function binary(operate: (a: Value, b: Value, budget: Budget) => Value | undefined, sign: string): Operator {
  return ([a = null, b = null], budget) => {
    const result = operate(a, b, budget)
    if (result === undefined) throw mismatch(sign, a, b)
    return result
  }
}

function relation(sign: string, holds: (order: number) => boolean): Operator {
  return binary((a, b, budget) => {
    const order = compare(a, b, budget)
    return order === undefined ? undefined : holds(order)
  }, sign)
}

interface Arithmetic {
  readonly onInts: (a: bigint, b: bigint) => bigint
  readonly onDoubles?: (a: number, b: number) => number
}

function numeric(a: Value, b: Value, { onInts, onDoubles }: Arithmetic): Value | undefined {
  if (typeof a === 'bigint' && typeof b === 'bigint') return int(onInts(a, b))
  if (a instanceof Uint && b instanceof Uint) return uint(onInts(a.value, b.value))
  if (typeof a === 'number' && typeof b === 'number') return onDoubles?.(a, b)
  return undefined
}

function add(a: Value, b: Value, budget: Budget): Value | undefined {
  if (typeof a === 'string' && typeof b === 'string') {
    budget.spend((a.length + b.length) / 10)
    return a + b
  }
  if (isList(a) && isList(b)) {
    budget.spend(a.length + b.length)
    return [...a, ...b]
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    budget.spend((a.length + b.length) / 10)
    return Uint8Array.from([...a, ...b])
  }
  if (a instanceof Duration && b instanceof Duration) return duration(a.nanos + b.nanos)
  if (a instanceof Timestamp && b instanceof Duration) return timestamp(a.nanos + b.nanos)
  if (a instanceof Duration && b instanceof Timestamp) return timestamp(a.nanos + b.nanos)
  return numeric(a, b, { onInts: (x, y) => x + y, onDoubles: (x, y) => x + y })
}

function subtract(a: Value, b: Value): Value | undefined {
  if (a instanceof Duration && b instanceof Duration) return duration(a.nanos - b.nanos)
  if (a instanceof Timestamp && b instanceof Duration) return timestamp(a.nanos - b.nanos)
  if (a instanceof Timestamp && b instanceof Timestamp) return duration(a.nanos - b.nanos)
  return numeric(a, b, { onInts: (x, y) => x - y, onDoubles: (x, y) => x - y })
}

/** Whether `item` is in `list`. */
export function includes(list: readonly Value[], item: Value, budget: Budget): boolean {
  return list.some((other) => {
    budget.spend(1)
    return equals(item, other, budget)
  })
}

function isIn(a: Value, b: Value, budget: Budget): boolean | undefined {
  if (isList(b)) return includes(b, a, budget)
  return isMap(b) ? b.get(a) !== undefined : undefined
}

function negate([a = null]: readonly Value[]): Value {
  if (typeof a === 'bigint') return int(-a)
  if (typeof a === 'number') return -a
  throw mismatch('-', a)
}

function not([a = null]: readonly Value[]): Value {
  if (typeof a === 'boolean') return !a
  throw mismatch('!', a)
}

export const operators: Readonly<Record<string, Operator>> = {
  '!_': not,
  '-_': negate,
  '==': binary(equals, '=='),
  '!=': binary((a, b, budget) => !equals(a, b, budget), '!='),
  '<': relation('<', (order) => order < 0),
  '<=': relation('<=', (order) => order <= 0),
  '>': relation('>', (order) => order > 0),
  '>=': relation('>=', (order) => order >= 0),
  in: binary(isIn, 'in'),
  '+': binary(add, '+'),
  '-': binary(subtract, '-'),
  '*': binary((a, b) => numeric(a, b, { onInts: (x, y) => x * y, onDoubles: (x, y) => x * y }), '*'),
  '/': binary((a, b) => numeric(a, b, { onInts: divide, onDoubles: (x, y) => x / y }), '/'),
  '%': binary((a, b) => numeric(a, b, { onInts: modulo }), '%'),
}
