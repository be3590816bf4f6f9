// Which overload of a function takes the values at hand.
import { type Budget, CelFailure } from './failure.ts'
import { overloads } from './library.ts'
import { matcherOf, type Overload, parseSignature } from './signature.ts'
import { isList, typeName, type Value } from './values.ts'

interface Candidate {
  readonly overload: Overload
  readonly matches: (args: readonly Value[]) => boolean
}

export type Call = (args: readonly Value[], budget: Budget) => Value

const candidates = new Map<string, Candidate[]>()
for (const overload of overloads) {
  const { name, hasReceiver, parameters } = parseSignature(overload.signature)
  const matchers = parameters.map(matcherOf)
  const candidate = { overload, matches: (args: readonly Value[]) => matchers.every((matches, index) => matches(args[index] ?? null)) }
  const key = keyOf(name, hasReceiver, parameters.length)
  candidates.set(key, [...(candidates.get(key) ?? []), candidate])
}

function keyOf(name: string, hasReceiver: boolean, arity: number): string {
  return `${hasReceiver ? '.' : ''}${name}/${arity}`
}

/** Whether there is such a function; `arity` counts the receiver. */
export function isFunction(name: string, hasReceiver: boolean, arity: number): boolean {
  return candidates.has(keyOf(name, hasReceiver, arity))
}

export function dispatch(name: string, hasReceiver: boolean, arity: number): Call {
  const known = candidates.get(keyOf(name, hasReceiver, arity)) ?? []
  return (args, budget) => {
    for (const { overload, matches } of known) {
      if (!matches(args)) continue
      const sizes = args.map(sizeOf)
      budget.spend(readingCost(sizes) + (overload.bounds.cost?.(sizes) ?? 0))
      const result = overload.call(args, budget)
      budget.spend(readingCost([sizeOf(result)]))
      return result
    }
    throw new CelFailure(`${name} does not take ${args.map(typeName).join(', ') || 'no arguments'}`)
  }
}

function sizeOf(value: Value): number {
  return typeof value === 'string' || value instanceof Uint8Array || isList(value) ? value.length : 1
}

/** Going through values costs a tenth of a step for each character, as Kubernetes counts, and for each item of a list. */
export function readingCost(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size / 10, 0)
}

/** The overloads of a function, whatever the types of its arguments; `arity` counts the receiver. */
export function overloadsOf(name: string, hasReceiver: boolean, arity: number): readonly Overload[] {
  return (candidates.get(keyOf(name, hasReceiver, arity)) ?? []).map(({ overload }) => overload)
}
