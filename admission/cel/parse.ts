// The border to the library: parses and type-checks with cel-js, and hands out a tree of our own.
import type { ASTNode, ParseError, TypeError as TypeFault } from 'cel-js'
import { fail, ok, type Result } from '../../core/result.ts'
import { ownHas } from './checked-macros.ts'
import { checkerOf, type Declarations } from './checker.ts'
import { explainRefusal } from './explain.ts'
import { type CelFault, faultAt } from './faults.ts'
import type { Node } from './syntax.ts'
import { Misuse, TreeReader } from './tree.ts'

export interface ParsedExpression {
  readonly node: Node
  /** `bool`, `string`; `dyn` when only the evaluation can tell. */
  readonly type: string
}

/** Reads expressions over one set of declarations. */
export type CelReader = (source: string) => Result<ParsedExpression, CelFault>

/** Deeper than anybody writes, shallow enough for every walk over the tree. */
const deepest = 400

const tooDeep = `it nests more than ${deepest} levels deep (each term of "a && b && …" is a level); split it into several validations`

export function celReader(declarations: Declarations): CelReader {
  const environment = checkerOf(declarations)
  return (source) => {
    try {
      const first = environment.parse(source)
      if (isDeeper(first.ast)) return fail(faultAt(source, 0, tooDeep))
      const renamed = withOwnHas(source, first.ast)
      const parsed = renamed === source ? first : environment.parse(renamed)
      const { valid, type = 'dyn', error } = parsed.check()
      if (!valid && isRefusal(error)) return fail(explainRefusal(source, error, declarations))
      const node = new TreeReader(declarations.variables).read(parsed.ast, [])
      return ok({ node, type })
    } catch (error) {
      if (error instanceof RangeError) return fail(faultAt(source, 0, tooDeep))
      if (error instanceof Misuse) return fail(faultAt(source, error.at, error.message))
      if (isRefusal(error)) return fail(explainRefusal(source, error, declarations))
      throw error
    }
  }
}

/**
 * What the library says about the expression. Its other errors are about itself: it cannot tell which overload fits `[].all(e, e > 0)`; the evaluation can,
 * which checks every type again.
 */
function isRefusal(error: unknown): error is ParseError | TypeFault {
  return error instanceof Error && 'summary' in error && 'code' in error
}

/** The library's has() takes no more than names and dots; ours stands in its place, character for character, so that positions stay. */
function withOwnHas(source: string, root: ASTNode): string {
  const places = callsOfHas(root)
  return places.reduce((text, at) => text.slice(0, at) + ownHas + text.slice(at + ownHas.length), source)
}

function callsOfHas(node: ASTNode): readonly number[] {
  const inner = childrenOf(node).flatMap(callsOfHas)
  return node.op === 'call' && node.args[0] === 'has' && node.args[1].length === 1 ? [node.range.start, ...inner] : inner
}

/** Without recursion: what comes in may be deeper than any stack. */
function isDeeper(root: ASTNode): boolean {
  let level: readonly ASTNode[] = [root]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) return true
    level = level.flatMap(childrenOf)
  }
  return false
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  const found: ASTNode[] = []
  const pending: unknown[] = [node.args]
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    if (Array.isArray(item)) pending.push(...(item as unknown[]))
    else if (typeof item === 'object' && item !== null && 'op' in item) found.push(item as ASTNode)
  }
  return found
}
