import type { Validation } from '../../../core/config/policy.ts'
import { type Problem, problem } from '../../../core/problem.ts'
import { compileExpression, type ExpectedType } from '../../cel/expression.ts'

/** CEL is compiled and type-checked when it is written: what cannot be evaluated must not be found out by whoever creates a Service. */
export function expressionInvalid({ validations }: { readonly validations: readonly Validation[] }): readonly Problem[] {
  return validations.flatMap(({ index, expression, messageExpression }) => [
    ...faultsOf(expression, 'bool', `spec.validations[${index}].expression`),
    ...(messageExpression === undefined ? [] : faultsOf(messageExpression, 'string', `spec.validations[${index}].messageExpression`)),
  ])
}

function faultsOf(source: string, expects: ExpectedType, field: string): readonly Problem[] {
  const compiled = compileExpression(source, expects)
  if (compiled.ok) return []
  return compiled.error.map(({ line, column, message }) =>
    problem('ExpressionInvalid', field, `CEL at line ${line}, column ${column}: ${message}`, source),
  )
}
