// From the tree to functions: what can be decided once is decided here, and evaluating is calling.
import { unreachable } from '../../core/unreachable.ts'
import { dispatch } from './dispatch.ts'
import { absorbedCost, type Budget, CelFailure } from './failure.ts'
import { operators } from './functions/operators.ts'
import { planMacro } from './macros.ts'
import type { Node } from './syntax.ts'
import { isList, isMap, LiteralMap, Optional, typeName, type Value, withArticle } from './values.ts'

/** What one evaluation works on. */
export interface Frame {
  readonly variable: (name: string) => Value | undefined
  /** What macros declare, by the index of the local. */
  readonly locals: Value[]
  readonly budget: Budget
  /** Where in the source the last step was taken that could fail. */
  at: number
}

type Of<Type extends Node['type']> = Extract<Node, { readonly type: Type }>

/** Evaluates; throws CelFailure and CostExceeded. */
export type Step = (frame: Frame) => Value

export function plan(node: Node): Step {
  const step = planNode(node)
  return (frame) => {
    frame.budget.spend(1)
    return step(frame)
  }
}

function planNode(node: Node): Step {
  switch (node.type) {
    case 'literal':
      return () => node.value
    case 'variable':
      return (frame) => {
        const value = frame.variable(node.name)
        frame.at = node.at
        if (value === undefined) throw new CelFailure(`there is no variable "${node.name}"`)
        return value
      }
    case 'local':
      return (frame) => frame.locals[node.index] ?? null
    case 'select':
      return planSelect(node)
    case 'has':
      return planHas(node)
    case 'index':
      return planIndex(node)
    case 'call':
      return planCall(node)
    case 'and':
    case 'or':
      return planLogic(node)
    case 'conditional':
      return planConditional(node)
    case 'list':
      return planList(node.items)
    case 'map':
      return planMap(node)
    case 'macro':
      return planMacro(node, { plan, absorb })
    case 'bind': {
      const value = plan(node.value)
      const body = plan(node.body)
      return (frame) => {
        frame.locals[node.local] = value(frame)
        return body(frame)
      }
    }
    default:
      return unreachable(node)
  }
}

/** A field of a map; undefined when it has none. */
function member(operand: Value, field: string): Value | undefined {
  if (isMap(operand)) return operand.get(field)
  throw new CelFailure(
    operand === null ? `null has no field "${field}"` : `${withArticle(typeName(operand))} has no fields, so no "${field}"`,
  )
}

function planSelect({ field, isOptional, at, ...node }: Of<'select'>): Step {
  const operand = plan(node.operand)
  return (frame) => {
    const value = operand(frame)
    frame.at = at
    if (value instanceof Optional) return new Optional(value.value === undefined ? undefined : member(value.value, field))
    const found = member(value, field)
    if (found !== undefined) spendOnItems(found, frame.budget)
    if (isOptional) return new Optional(found)
    if (found === undefined) throw new CelFailure(`there is no field "${field}" (ask with has() first)`)
    return found
  }
}

/** A list of JSON is converted item by item whenever it is read. */
function spendOnItems(value: Value, budget: Budget): void {
  if (isList(value)) budget.spend(value.length)
}

function planHas({ field, at, ...node }: Of<'has'>): Step {
  const operand = plan(node.operand)
  return (frame) => {
    const value = operand(frame)
    frame.at = at
    if (value instanceof Optional) return value.value !== undefined && member(value.value, field) !== undefined
    return member(value, field) !== undefined
  }
}

function planIndex({ isOptional, at, ...node }: Of<'index'>): Step {
  const operand = plan(node.operand)
  const key = plan(node.key)
  return (frame) => {
    const container = operand(frame)
    const wanted = key(frame)
    frame.at = at
    if (container instanceof Optional) return new Optional(container.value === undefined ? undefined : element(container.value, wanted))
    const found = element(container, wanted)
    if (isOptional) return new Optional(found)
    if (found !== undefined) {
      spendOnItems(found, frame.budget)
      return found
    }
    throw new CelFailure(
      isList(container) ? `there is no item ${describe(wanted)} in a list of ${container.length}` : `there is no key ${describe(wanted)}`,
    )
  }
}

function element(container: Value, key: Value): Value | undefined {
  if (isMap(container)) {
    if (typeof key === 'object' && !('value' in (key ?? {}))) throw new CelFailure(`${withArticle(typeName(key))} is never a key`)
    return container.get(key)
  }
  if (!isList(container)) throw new CelFailure(`${withArticle(typeName(container))} has no items`)
  const index = indexOf(key)
  return index < 0 ? undefined : container[index]
}

function indexOf(key: Value): number {
  if (typeof key === 'bigint') return Number(key)
  if (typeof key === 'number' && Number.isInteger(key)) return key
  if (typeof key === 'object' && key !== null && 'value' in key && typeof key.value === 'bigint') return Number(key.value)
  throw new CelFailure(`a list is indexed by int, not by ${typeName(key)}`)
}

function describe(key: Value): string {
  return typeof key === 'string' ? JSON.stringify(key) : typeof key === 'object' ? typeName(key) : String(key)
}

function planCall(node: Of<'call'>): Step {
  if (node.hasReceiver && (node.name === 'or' || node.name === 'orValue')) return planAlternative(node, node.name)
  const call = operators[node.name] ?? dispatch(node.name, node.hasReceiver, node.args.length)
  const args = node.args.map(plan)
  return (frame) =>
    call(
      args.map((arg) => arg(frame)),
      frame.budget,
    )
}

/** `a.or(b)`, `a.orValue(b)`: b is evaluated only when a is empty. */
function planAlternative({ args, at }: Of<'call'>, name: 'or' | 'orValue'): Step {
  const [first = () => null, second = () => null] = args.map(plan)
  return (frame) => {
    const value = first(frame)
    frame.at = at
    if (!(value instanceof Optional)) throw new CelFailure(`${name}() is of optional values, not of ${typeName(value)}`)
    if (value.value === undefined) return second(frame)
    return name === 'or' ? value : value.value
  }
}

/** One side may fail when the other decides. */
function planLogic({ type, at, ...node }: Of<'and' | 'or'>): Step {
  const left = plan(node.left)
  const right = plan(node.right)
  const decisive = type === 'or'
  return (frame) => {
    const first = attempt(left, frame)
    if (first === decisive) return decisive
    const second = right(frame)
    if (second === decisive) return decisive
    if (first instanceof CelFailure) throw first
    frame.at = at
    if (typeof first !== 'boolean' || typeof second !== 'boolean') {
      throw new CelFailure(`${decisive ? '||' : '&&'} is of bools, not of ${typeName(typeof first === 'boolean' ? second : first)}`)
    }
    return !decisive
  }
}

/** The value, or why there is none. */
function attempt(step: Step, frame: Frame): Value | CelFailure {
  try {
    return step(frame)
  } catch (error) {
    return absorb(error, frame)
  }
}

/** @throws the error, unless it is one that an expression may absorb */
function absorb(error: unknown, frame: Frame): CelFailure {
  if (!(error instanceof CelFailure)) throw error
  frame.budget.spend(absorbedCost)
  error.at ??= frame.at
  return error
}

function planConditional({ at, ...node }: Of<'conditional'>): Step {
  const condition = plan(node.condition)
  const whenTrue = plan(node.whenTrue)
  const whenFalse = plan(node.whenFalse)
  return (frame) => {
    const value = condition(frame)
    frame.at = at
    if (typeof value !== 'boolean') throw new CelFailure(`"? :" asks a bool, not ${withArticle(typeName(value))}`)
    return value ? whenTrue(frame) : whenFalse(frame)
  }
}

function planList(items: readonly Node[]): Step {
  const steps = items.map(plan)
  return (frame) => steps.map((step) => step(frame))
}

function planMap({ entries, at }: Of<'map'>): Step {
  const steps = entries.map(([key, value]) => [plan(key), plan(value)] as const)
  return (frame) => {
    const map = new LiteralMap()
    for (const [key, value] of steps) {
      const name = key(frame)
      const item = value(frame)
      frame.at = at
      if (!map.add(name, item)) throw new CelFailure(`a map cannot hold the key ${describe(name)} (again)`)
    }
    return map
  }
}
