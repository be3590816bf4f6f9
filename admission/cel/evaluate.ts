import { fail, ok, type Result } from '../../core/result.ts'
import type { CelExpression } from './expression.ts'
import { Budget, CelFailure, CostExceeded, largestCost } from './failure.ts'
import { faultAt } from './faults.ts'
import { fromJson, typeName, type Value, withArticle } from './values.ts'

/** JSON values: `object`, `oldObject` (null on CREATE), `request`, `namespaceObject`, `pools` (a list), `usage`. One that is absent makes the expressions fail that read it. */
export type PolicyVariables = Partial<Readonly<Record<'object' | 'oldObject' | 'request' | 'namespaceObject' | 'pools' | 'usage', unknown>>>

/** The error is the reason in words, with line and column. Whatever the variables hold, it never throws. */
export function evaluateExpression(expression: CelExpression, variables: PolicyVariables): Result<boolean | string, string> {
  const { source, expects, step } = expression
  const read = new Map<string, Value>()
  const variable = (name: string): Value | undefined => {
    if (!Object.hasOwn(variables, name)) return undefined
    const known = read.get(name)
    if (known !== undefined) return known
    const value = fromJson(variables[name as keyof PolicyVariables])
    read.set(name, value)
    return value
  }
  const frame = { variable, locals: [], budget: new Budget(largestCost), at: 0 }
  try {
    const value = step(frame)
    if (typeof value === (expects === 'bool' ? 'boolean' : 'string')) return ok(value as boolean | string)
    return fail(`it gives ${withArticle(typeName(value))}, and ${withArticle(expects)} is needed`)
  } catch (error) {
    if (error instanceof CostExceeded) return fail(`it costs more than ${largestCost} steps`)
    if (error instanceof RangeError) return fail('it nests too deeply, or makes too large a value')
    if (!(error instanceof CelFailure)) throw error
    const { line, column } = faultAt(source, error.at ?? frame.at, '')
    return fail(`${error.message} (line ${line}, column ${column})`)
  }
}
