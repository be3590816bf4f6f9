import { fail } from '../../core/result.ts'
import { evaluateExpression, type PolicyVariables } from '../cel/evaluate.ts'
import { compileExpression } from '../cel/expression.ts'
import type { Answer, Evaluate, Question } from './evaluator.ts'

/** In this very thread and without a clock: for whoever judges his own policies, as the command line does. */
export const evaluateHere: Evaluate = (questions, variables) => Promise.resolve(questions.map((question) => answer(question, variables)))

function answer({ source, expects }: Question, variables: Readonly<Record<string, unknown>>): Answer {
  const compiled = compileExpression(source, expects)
  if (!compiled.ok) return fail({ type: 'failed', message: compiled.error.map(({ message }) => message).join('; ') })
  const value = evaluateExpression(compiled.value, variables as PolicyVariables)
  return value.ok ? value : fail({ type: 'failed', message: value.error })
}
