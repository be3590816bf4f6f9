// A parsed expression: macros are expanded, names are resolved, literals are values.
import { unreachable } from '../../core/unreachable.ts'
import type { Value } from './values.ts'

interface Located {
  /** Offset in the source, in UTF-16 units. */
  readonly at: number
}

export type Macro = 'all' | 'exists' | 'exists_one' | 'map' | 'filter' | 'transformMap' | 'optMap' | 'optFlatMap'

export type Node = Located &
  (
    | { readonly type: 'literal'; readonly value: Value }
    /** A variable of the environment. */
    | { readonly type: 'variable'; readonly name: string }
    /** A variable that a macro declares; `index` counts the macros around it. */
    | { readonly type: 'local'; readonly name: string; readonly index: number }
    | { readonly type: 'select'; readonly operand: Node; readonly field: string; readonly isOptional: boolean }
    | { readonly type: 'has'; readonly operand: Node; readonly field: string; readonly isOptional: boolean }
    | { readonly type: 'index'; readonly operand: Node; readonly key: Node; readonly isOptional: boolean }
    /** A function, or an operator under its sign; the receiver, if any, is the first argument. */
    | { readonly type: 'call'; readonly name: string; readonly hasReceiver: boolean; readonly args: readonly Node[] }
    | { readonly type: 'and' | 'or'; readonly left: Node; readonly right: Node }
    | { readonly type: 'conditional'; readonly condition: Node; readonly whenTrue: Node; readonly whenFalse: Node }
    | { readonly type: 'list'; readonly items: readonly Node[] }
    | { readonly type: 'map'; readonly entries: readonly (readonly [Node, Node])[] }
    | {
        readonly type: 'macro'
        readonly macro: Macro
        readonly range: Node
        /** Where the item is put: the index of its local. */
        readonly local: number
        /** With two variables: where the item's value is put; the first is then its index or key. */
        readonly second?: number
        readonly filter?: Node
        readonly body: Node
      }
    | { readonly type: 'bind'; readonly local: number; readonly value: Node; readonly body: Node }
  )

export function childrenOf(node: Node): readonly Node[] {
  switch (node.type) {
    case 'literal':
    case 'variable':
    case 'local':
      return []
    case 'select':
    case 'has':
      return [node.operand]
    case 'index':
      return [node.operand, node.key]
    case 'call':
      return node.args
    case 'and':
    case 'or':
      return [node.left, node.right]
    case 'conditional':
      return [node.condition, node.whenTrue, node.whenFalse]
    case 'list':
      return node.items
    case 'map':
      return node.entries.flat()
    case 'macro':
      return node.filter === undefined ? [node.range, node.body] : [node.range, node.filter, node.body]
    case 'bind':
      return [node.value, node.body]
    default:
      return unreachable(node)
  }
}
