// Kubernetes' functions of lists, and sets: lists whose order and repetitions do not count.
import { compare, equals } from '../compare.ts'
import { type Budget, CelFailure } from '../failure.ts'
import { type Bounds, overload } from '../signature.ts'
import { Duration, isList, typeName, type Value } from '../values.ts'
import { includes, operators } from './operators.ts'

type List = readonly Value[]

function order(a: Value, b: Value, budget: Budget): number {
  budget.spend(1)
  const result = compare(a, b, budget)
  if (result === undefined) throw new CelFailure(`${typeName(a)} and ${typeName(b)} have no order`)
  return result
}

function isSorted(list: List, budget: Budget): boolean {
  return list.every((item, index) => index === 0 || order(list[index - 1] ?? null, item, budget) <= 0)
}

function extreme(list: List, sign: 1 | -1, budget: Budget): Value {
  if (list.length === 0) throw new CelFailure('an empty list has neither min() nor max()')
  return list.reduce((best, item) => (order(item, best, budget) * sign > 0 ? item : best))
}

/** An empty list sums up to an int. */
function sum(list: List, budget: Budget): Value {
  const [first, ...rest] = list
  if (first === undefined) return 0n
  if (typeof first !== 'bigint' && typeof first !== 'number' && !(first instanceof Duration) && typeName(first) !== 'uint') {
    throw new CelFailure(`sum() is of numbers and durations, not of ${typeName(first)}`)
  }
  return rest.reduce((total, item) => operators['+']?.([total, item], budget) ?? null, first)
}

function indexOf(list: List, wanted: Value, budget: Budget): bigint {
  return BigInt(list.findIndex((item) => equals(item, wanted, budget)))
}

function lastIndexOf(list: List, wanted: Value, budget: Budget): bigint {
  return BigInt(list.findLastIndex((item) => equals(item, wanted, budget)))
}

function slice(list: List, from: bigint, to: bigint): List {
  if (from < 0n || to < from || to > BigInt(list.length)) throw new CelFailure(`a list of ${list.length} has no part from ${from} to ${to}`)
  return list.slice(Number(from), Number(to))
}

function flatten(list: List, depth: bigint, budget: Budget): List {
  if (depth < 0n) throw new CelFailure('flatten() cannot go to a negative depth')
  budget.spend(list.length)
  return list.flatMap((item) => (isList(item) && depth > 0n ? flatten(item, depth - 1n, budget) : [item]))
}

function distinct(list: List, budget: Budget): List {
  const found: Value[] = []
  for (const item of list) if (!includes(found, item, budget)) found.push(item)
  return found
}

function sort(list: List, budget: Budget): List {
  return list.toSorted((a, b) => order(a, b, budget))
}

export const mostInRange = 1000

function range(count: bigint, budget: Budget): List {
  if (count > BigInt(mostInRange)) throw new CelFailure(`lists.range() makes at most ${mostInRange} items`)
  const length = Math.max(0, Number(count))
  budget.spend(length)
  return Array.from({ length }, (_, index) => BigInt(index))
}

function contains(list: List, part: List, budget: Budget): boolean {
  return part.every((item) => includes(list, item, budget))
}

/** Every item once. */
const linear: Bounds = { cost: ([items = 0]) => items }
/** Every item with every other. */
const quadratic: Bounds = { cost: ([items = 0]) => items * items }
const product: Bounds = { cost: ([items = 0, others = 0]) => items * others }
const logarithmic: Bounds = { cost: ([items = 0]) => items * Math.ceil(Math.log2(items + 1)) }

export const listFunctions = [
  overload('list<A>.isSorted(): bool', ([list]: [List], budget) => isSorted(list, budget), linear),
  overload('list<A>.sum(): A', ([list]: [List], budget) => sum(list, budget), linear),
  overload('list<A>.min(): A', ([list]: [List], budget) => extreme(list, -1, budget), linear),
  overload('list<A>.max(): A', ([list]: [List], budget) => extreme(list, 1, budget), linear),
  overload('list<A>.indexOf(A): int', ([list, item]: [List, Value], budget) => indexOf(list, item, budget), linear),
  overload('list<A>.lastIndexOf(A): int', ([list, item]: [List, Value], budget) => lastIndexOf(list, item, budget), linear),
  overload('list<A>.slice(int, int): list<A>', ([list, from, to]: [List, bigint, bigint]) => slice(list, from, to)),
  overload('list<A>.flatten(): list<dyn>', ([list]: [List], budget) => flatten(list, 1n, budget), linear),
  overload('list<A>.flatten(int): list<dyn>', ([list, depth]: [List, bigint], budget) => flatten(list, depth, budget), linear),
  overload('list<A>.distinct(): list<A>', ([list]: [List], budget) => distinct(list, budget), quadratic),
  overload('list<A>.reverse(): list<A>', ([list]: [List]) => list.toReversed(), linear),
  overload('list<A>.sort(): list<A>', ([list]: [List], budget) => sort(list, budget), logarithmic),
  overload('lists.range(int): list<int>', ([count]: [bigint], budget) => range(count, budget)),
  overload('sets.contains(list<A>, list<A>): bool', ([list, part]: [List, List], budget) => contains(list, part, budget), product),
  overload('sets.equivalent(list<A>, list<A>): bool', ([a, b]: [List, List], budget) => contains(a, b, budget) && contains(b, a, budget), {
    cost: ([items = 0, others = 0]) => items * others * 2,
  }),
  overload(
    'sets.intersects(list<A>, list<A>): bool',
    ([a, b]: [List, List], budget) => a.some((item) => includes(b, item, budget)),
    product,
  ),
]
