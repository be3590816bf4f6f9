// Literals that can only fail are found when the policy is written: patterns, addresses, times.
import { dispatch } from './dispatch.ts'
import { Budget, CelFailure } from './failure.ts'
import { compilePattern } from './functions/regex.ts'
import { childrenOf, type Node } from './syntax.ts'

export interface LiteralFault {
  readonly message: string
  readonly at: number
}

/** By name and number of arguments: the argument that is a pattern. */
const patterns: Readonly<Record<string, number>> = { 'matches/2': 1, 'find/2': 1, 'findAll/2': 1, 'findAll/3': 1 }

const parsers = new Set(['ip', 'cidr', 'timestamp', 'duration', 'ip.isCanonical'])

export function literalFaults(node: Node): readonly LiteralFault[] {
  const own = node.type === 'call' ? faultOf(node) : undefined
  return [...(own === undefined ? [] : [own]), ...childrenOf(node).flatMap(literalFaults)]
}

function faultOf({ name, hasReceiver, args }: Extract<Node, { readonly type: 'call' }>): LiteralFault | undefined {
  const pattern = args[patterns[`${name}/${args.length}`] ?? -1]
  if (pattern?.type === 'literal' && typeof pattern.value === 'string') {
    const compiled = compilePattern(pattern.value)
    return compiled.ok ? undefined : { message: compiled.error, at: pattern.at }
  }
  const [only] = args
  if (hasReceiver || args.length !== 1 || only?.type !== 'literal' || !parsers.has(name)) return undefined
  try {
    dispatch(name, false, 1)([only.value], new Budget(Number.POSITIVE_INFINITY))
    return undefined
  } catch (error) {
    if (error instanceof CelFailure) return { message: error.message, at: only.at }
    throw error
  }
}
