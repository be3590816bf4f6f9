// From the tree to functions: what can be decided once is decided here, and evaluating is calling.
import { unreachable } from '../../core/unreachable.ts'
import { dispatch } from './dispatch.ts'
import { type Budget, CelFailure } from './failure.ts'
import { operators } from './functions/operators.ts'
import { planMacro } from './macros.ts'
import type { Node } from './syntax.ts'
import { isList, isMap, LiteralMap, Optional, typeName, type Value } from './values.ts'

/** What one evaluation works on. */
export interface Frame {
  readonly variable: (name: string) => Value | undefined
  /** What macros declare, by the index of the local. */
  readonly locals: Value[]
  readonly budget: Budget
}

/** Evaluates; throws CelFailure and CostExceeded. */
export type Step = (frame: Frame) => Value

export function plan(node: Node): Step {
  const step = planNode(node)
  return (frame) => {
    frame.budget.spend(1)
    try {
      return step(frame)
    } catch (error) {
      if (error instanceof CelFailure) error.at ??= node.at
      throw error
    }
  }
}

function planNode(node: Node): Step {
  switch (node.type) {
    case 'literal':
      return () => node.value
    case 'variable':
      return (frame) => {
        const value = frame.variable(node.name)
        if (value === undefined) throw new CelFailure(`there is no variable "${node.name}"`)
        return value
      }
    case 'local':
      return (frame) => frame.locals[node.index] ?? null
    case 'select':
      return planSelect(plan(node.operand), node.field, node.isOptional)
    case 'has':
      return planHas(plan(node.operand), node.field)
    case 'index':
      return planIndex(plan(node.operand), plan(node.key), node.isOptional)
    case 'call':
      return planCall(node)
    case 'and':
    case 'or':
      return planLogic(plan(node.left), plan(node.right), node.type === 'or')
    case 'conditional':
      return planConditional(plan(node.condition), plan(node.whenTrue), plan(node.whenFalse))
    case 'list':
      return planList(node.items)
    case 'map':
      return planMap(node.entries)
    case 'macro':
      return planMacro(node, plan)
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
  throw new CelFailure(operand === null ? `null has no field "${field}"` : `a ${typeName(operand)} has no fields, so no "${field}"`)
}

function planSelect(operand: Step, field: string, isOptional: boolean): Step {
  return (frame) => {
    const value = operand(frame)
    if (value instanceof Optional) return new Optional(value.value === undefined ? undefined : member(value.value, field))
    const found = member(value, field)
    if (isOptional) return new Optional(found)
    if (found === undefined) throw new CelFailure(`there is no field "${field}" (ask with has() first)`)
    return found
  }
}

function planHas(operand: Step, field: string): Step {
  return (frame) => {
    const value = operand(frame)
    if (value instanceof Optional) return value.value !== undefined && member(value.value, field) !== undefined
    return member(value, field) !== undefined
  }
}

function planIndex(operand: Step, key: Step, isOptional: boolean): Step {
  return (frame) => {
    const container = operand(frame)
    const wanted = key(frame)
    if (container instanceof Optional) return new Optional(container.value === undefined ? undefined : element(container.value, wanted))
    const found = element(container, wanted)
    if (isOptional) return new Optional(found)
    if (found !== undefined) return found
    throw new CelFailure(
      isList(container) ? `there is no item ${describe(wanted)} in a list of ${container.length}` : `there is no key ${describe(wanted)}`,
    )
  }
}

function element(container: Value, key: Value): Value | undefined {
  if (isMap(container)) {
    if (typeof key === 'object' && !('value' in (key ?? {}))) throw new CelFailure(`a ${typeName(key)} is never a key`)
    return container.get(key)
  }
  if (!isList(container)) throw new CelFailure(`a ${typeName(container)} has no items`)
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

function planCall(node: Extract<Node, { readonly type: 'call' }>): Step {
  if (node.hasReceiver && (node.name === 'or' || node.name === 'orValue')) return planAlternative(node.args, node.name)
  const call = operators[node.name] ?? dispatch(node.name, node.hasReceiver, node.args.length)
  const args = node.args.map(plan)
  return (frame) =>
    call(
      args.map((arg) => arg(frame)),
      frame.budget,
    )
}

/** `a.or(b)`, `a.orValue(b)`: b is evaluated only when a is empty. */
function planAlternative(args: readonly Node[], name: 'or' | 'orValue'): Step {
  const [first = () => null, second = () => null] = args.map(plan)
  return (frame) => {
    const value = first(frame)
    if (!(value instanceof Optional)) throw new CelFailure(`${name}() is of optional values, not of ${typeName(value)}`)
    if (value.value === undefined) return second(frame)
    return name === 'or' ? value : value.value
  }
}

/** One side may fail when the other decides. */
function planLogic(left: Step, right: Step, decisive: boolean): Step {
  return (frame) => {
    const first = attempt(left, frame)
    if (first === decisive) return decisive
    const second = right(frame)
    if (second === decisive) return decisive
    if (first instanceof CelFailure) throw first
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
    return frame.budget.absorb(error)
  }
}

function planConditional(condition: Step, whenTrue: Step, whenFalse: Step): Step {
  return (frame) => {
    const value = condition(frame)
    if (typeof value !== 'boolean') throw new CelFailure(`"? :" asks a bool, not a ${typeName(value)}`)
    return value ? whenTrue(frame) : whenFalse(frame)
  }
}

function planList(items: readonly Node[]): Step {
  const steps = items.map(plan)
  return (frame) => steps.map((step) => step(frame))
}

function planMap(entries: readonly (readonly [Node, Node])[]): Step {
  const steps = entries.map(([key, value]) => [plan(key), plan(value)] as const)
  return (frame) => {
    const map = new LiteralMap()
    for (const [key, value] of steps) {
      const name = key(frame)
      if (!map.add(name, value(frame))) throw new CelFailure(`a map cannot hold the key ${describe(name)} (again)`)
    }
    return map
  }
}
