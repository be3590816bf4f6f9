import { CelFailure } from './failure.ts'
import type { Frame, Step } from './plan.ts'
import type { Node } from './syntax.ts'
import { isList, isMap, LiteralMap, Optional, typeName, type Value, withArticle } from './values.ts'

type MacroNode = Extract<Node, { readonly type: 'macro' }>

/** What planning a node needs of the rest of the evaluator. */
export interface Planner {
  readonly plan: (node: Node) => Step
  /** Returns the error if an expression may absorb it, else throws it. */
  readonly absorb: (error: unknown, frame: Frame) => CelFailure
}

export function planMacro(node: MacroNode, planner: Planner): Step {
  switch (node.macro) {
    case 'all':
    case 'exists':
      return planQuantifier(node, planner)
    case 'exists_one':
    case 'filter':
    case 'transformMap':
      return planLoop(node, planner)
    case 'map':
      return planLoop(node, planner)
    case 'optMap':
    case 'optFlatMap':
      return planOptional(node, planner)
  }
}

/** What a macro goes through; `bind` puts one item where the macro's variables are read. */
interface Range {
  readonly size: number
  readonly bind: (frame: Frame, index: number) => void
  /** The item that one variable stands for. */
  readonly item: (index: number) => Value
}

/** The items of a list, the keys of a map; with two variables the indexes and items, the keys and values. */
function rangeOf(value: Value, { local, second }: MacroNode): Range {
  if (isList(value)) {
    const item = (index: number): Value => value[index] ?? null
    const bind = (frame: Frame, index: number): void => {
      frame.locals[local] = second === undefined ? item(index) : BigInt(index)
      if (second !== undefined) frame.locals[second] = item(index)
    }
    return { size: value.length, bind, item }
  }
  if (!isMap(value)) throw new CelFailure(`${withArticle(typeName(value))} is no list or map to go through`)
  const keys = value.keys()
  const item = (index: number): Value => keys[index] ?? null
  const bind = (frame: Frame, index: number): void => {
    frame.locals[local] = item(index)
    if (second !== undefined) frame.locals[second] = value.get(item(index)) ?? null
  }
  return { size: keys.length, bind, item }
}

function planRange(node: MacroNode, { plan }: Planner): (frame: Frame) => Range {
  const range = plan(node.range)
  return (frame) => {
    const value = range(frame)
    frame.at = node.at
    return rangeOf(value, node)
  }
}

function asBool(value: Value, { macro, at }: MacroNode, frame: Frame): boolean {
  if (typeof value === 'boolean') return value
  frame.at = at
  throw new CelFailure(`the condition of ${macro}() is ${withArticle(typeName(value))}, not a bool`)
}

/** One decisive item is enough, whatever failed on others. */
function planQuantifier(node: MacroNode, planner: Planner): Step {
  const range = planRange(node, planner)
  const body = planner.plan(node.body)
  const decisive = node.macro === 'exists'
  return (frame) => {
    const { size, bind } = range(frame)
    let failure: CelFailure | undefined
    for (let index = 0; index < size; index += 1) {
      bind(frame, index)
      try {
        if (asBool(body(frame), node, frame) === decisive) return decisive
      } catch (error) {
        const absorbed = planner.absorb(error, frame)
        failure ??= absorbed
      }
    }
    if (failure !== undefined) throw failure
    return !decisive
  }
}

/** Those that look at every item. */
function planLoop(node: MacroNode, planner: Planner): Step {
  const range = planRange(node, planner)
  const body = planner.plan(node.body)
  const filter = node.filter === undefined ? undefined : planner.plan(node.filter)
  return (frame) => {
    const { size, bind, item } = range(frame)
    const values: Value[] = []
    const map = new LiteralMap()
    for (let index = 0; index < size; index += 1) {
      bind(frame, index)
      if (filter !== undefined && !asBool(filter(frame), node, frame)) continue
      const value = body(frame)
      if (node.macro === 'map') values.push(value)
      else if (node.macro === 'transformMap') map.add(frame.locals[node.local] ?? null, value)
      else if (asBool(value, node, frame)) values.push(item(index))
    }
    if (node.macro === 'transformMap') return map
    return node.macro === 'exists_one' ? values.length === 1 : values
  }
}

function planOptional(node: MacroNode, { plan }: Planner): Step {
  const range = plan(node.range)
  const body = plan(node.body)
  return (frame) => {
    const optional = range(frame)
    frame.at = node.at
    if (!(optional instanceof Optional)) throw new CelFailure(`${node.macro}() is of optional values, not of ${typeName(optional)}`)
    if (optional.value === undefined) return optional
    frame.locals[node.local] = optional.value
    const result = body(frame)
    if (node.macro === 'optMap') return new Optional(result)
    if (result instanceof Optional) return result
    throw new CelFailure(`optFlatMap() makes optional values, not ${typeName(result)}`)
  }
}
