import { CelFailure } from './failure.ts'
import type { Frame, Step } from './plan.ts'
import type { Node } from './syntax.ts'
import { isList, isMap, Optional, typeName, type Value } from './values.ts'

type MacroNode = Extract<Node, { readonly type: 'macro' }>

export function planMacro(node: MacroNode, plan: (node: Node) => Step, absorb: (error: unknown, frame: Frame) => CelFailure): Step {
  const range = plan(node.range)
  const body = plan(node.body)
  const filter = node.filter === undefined ? undefined : plan(node.filter)
  const items = (frame: Frame): readonly Value[] => {
    const value = range(frame)
    frame.at = node.at
    return itemsOf(value)
  }
  const on = (frame: Frame, item: Value, step: Step): Value => {
    frame.locals[node.local] = item
    return step(frame)
  }
  const holds = (frame: Frame, item: Value, step: Step): boolean => {
    const value = on(frame, item, step)
    frame.at = node.at
    if (typeof value === 'boolean') return value
    throw new CelFailure(`the condition of ${node.macro}() is a ${typeName(value)}, not a bool`)
  }
  switch (node.macro) {
    case 'all':
    case 'exists':
      return (frame) => {
        const decisive = node.macro === 'exists'
        let failure: CelFailure | undefined
        for (const item of items(frame)) {
          try {
            // One decisive item is enough, whatever failed on others.
            if (holds(frame, item, body) === decisive) return decisive
          } catch (error) {
            const absorbed = absorb(error, frame)
            failure ??= absorbed
          }
        }
        if (failure !== undefined) throw failure
        return !decisive
      }
    case 'exists_one':
      return (frame) => items(frame).filter((item) => holds(frame, item, body)).length === 1
    case 'filter':
      return (frame) => items(frame).filter((item) => holds(frame, item, body))
    case 'map':
      return (frame) => {
        if (filter === undefined) return items(frame).map((item) => on(frame, item, body))
        return items(frame).flatMap((item) => (holds(frame, item, filter) ? [on(frame, item, body)] : []))
      }
    case 'optMap':
    case 'optFlatMap':
      return (frame) => {
        const optional = range(frame)
        if (!(optional instanceof Optional)) throw new CelFailure(`${node.macro}() is of optional values, not of ${typeName(optional)}`)
        if (optional.value === undefined) return optional
        const result = on(frame, optional.value, body)
        if (node.macro === 'optMap') return new Optional(result)
        if (result instanceof Optional) return result
        throw new CelFailure(`optFlatMap() makes optional values, not ${typeName(result)}`)
      }
  }
}

/** The items of a list, the keys of a map. */
function itemsOf(range: Value): readonly Value[] {
  if (isList(range)) return range
  if (isMap(range)) return range.keys()
  throw new CelFailure(`a ${typeName(range)} is no list or map to go through`)
}
