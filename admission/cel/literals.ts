// Literals that can only fail are found when the policy is written: patterns, addresses, times.
import { dispatch } from './dispatch.ts'
import { Budget, CelFailure } from './failure.ts'
import { compilePattern } from './functions/regex.ts'
import { childrenOf, type Node } from './syntax.ts'

export interface LiteralFault {
  readonly message: string
  readonly at: number
}

type Call = Extract<Node, { readonly type: 'call' }>

/** By name and number of arguments, the receiver's included. */
const searches = new Set(['matches/2', 'find/2', 'findAll/2', 'findAll/3'])

/** Which of its arguments is a pattern. */
export function patternArgument({ name, args }: Call): number | undefined {
  return searches.has(`${name}/${args.length}`) ? 1 : undefined
}

const parsers = new Set(['ip', 'cidr', 'timestamp', 'duration', 'ip.isCanonical'])

export function literalFaults(node: Node): readonly LiteralFault[] {
  const own = node.type === 'call' ? faultOf(node) : undefined
  return [...(own === undefined ? [] : [own]), ...childrenOf(node).flatMap(literalFaults)]
}

function faultOf(node: Call): LiteralFault | undefined {
  const { name, hasReceiver, args } = node
  const pattern = args[patternArgument(node) ?? -1]
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
