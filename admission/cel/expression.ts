// Expressions of an AllocationPolicy: read, checked and bounded when the policy is written.
import { fail, ok, type Result } from '../../core/result.ts'
import { CostEstimator } from './cost.ts'
import { largestCost } from './failure.ts'
import { type CelFault, faultAt } from './faults.ts'
import { extentsOf } from './limits.ts'
import { literalFaults } from './literals.ts'
import { type CelReader, celReader } from './parse.ts'
import { plan, type Step } from './plan.ts'
import { withArticle } from './values.ts'
import { policyDeclarations } from './variables.ts'

export type { CelFault } from './faults.ts'

export type ExpectedType = 'bool' | 'string'

export interface CelExpression {
  readonly source: string
  readonly expects: ExpectedType
  /** The worst case, in steps of the evaluator. */
  readonly cost: number
  readonly step: Step
}

const longestSource = 4096

const extents = extentsOf(policyDeclarations)

function explainCost(cost: number): string {
  const times = cost / largestCost
  const factor = times >= 1e6 ? 'a million times' : times >= 2 ? `${Math.round(times)} times` : 'more than'
  return (
    `it may cost ${factor} what is allowed, with ${extents['pools']?.size} pools and a Service of 100 ports; ` +
    'avoid loops in loops (all, exists, filter, map), or filter the outer list first'
  )
}

let reader: CelReader | undefined

/** Parses, type-checks against the variables of a policy, and bounds: size, depth, patterns, cost. */
export function compileExpression(source: string, expects: ExpectedType): Result<CelExpression, readonly CelFault[]> {
  if (source.length > longestSource) {
    return fail([
      faultAt('', 0, `it has ${source.length} characters, and an expression may have ${longestSource}; split it into several validations`),
    ])
  }
  reader ??= celReader(policyDeclarations)
  const parsed = reader(source)
  if (!parsed.ok) return fail([parsed.error])
  const { node, type } = parsed.value
  if (type !== expects && type !== 'dyn')
    return fail([faultAt(source, 0, `it gives ${withArticle(type)}, and ${withArticle(expects)} is needed`)])
  const faults = literalFaults(node)
  if (faults.length > 0) return fail(faults.map(({ message, at }) => faultAt(source, at, message)))
  const cost = Math.ceil(new CostEstimator(extents).estimate(node).cost)
  if (cost > largestCost) return fail([faultAt(source, 0, explainCost(cost))])
  return ok({ source, expects, cost, step: plan(node) })
}
