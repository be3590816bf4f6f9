import { fail } from '../../core/result.ts'
import { evaluateExpression, type PolicyVariables } from '../cel/evaluate.ts'
import { compileExpression } from '../cel/expression.ts'
import type { Answer, Question } from './evaluator.ts'

/** In this very thread, without a limit of time but within that of cost. One answer for each question. */
export function evaluateHere(questions: readonly Question[], variables: Readonly<Record<string, unknown>>): readonly Answer[] {
  return questions.map((question) => answer(question, variables))
}

function answer({ source, expects }: Question, variables: Readonly<Record<string, unknown>>): Answer {
  const compiled = compileExpression(source, expects)
  if (!compiled.ok) return fail({ type: 'failed', message: compiled.error.map(({ message }) => message).join('; ') })
  const value = evaluateExpression(compiled.value, variables as PolicyVariables)
  return value.ok ? value : fail({ type: 'failed', message: value.error })
}
