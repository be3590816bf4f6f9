// The expressions of policies, as far as one request is concerned.
import { isDeepStrictEqual } from 'node:util'
import type { Answer, Evaluate, Question } from '../../admission/policy/evaluator.ts'
import { fail } from '../../core/result.ts'
import type { Clock } from '../../kube/clock.ts'

/** Of a worker that can be stopped. One answer for each question; `late` when there is none in time; never rejects. */
export interface Evaluator {
  evaluate(questions: readonly Question[], variables: Readonly<Record<string, unknown>>, withinMs: number): Promise<readonly Answer[]>
}

/** All questions of a request together: nobody's policy holds anybody up for longer. */
const budgetMs = 50

interface Asked {
  readonly questions: readonly Question[]
  readonly variables: Readonly<Record<string, unknown>>
  readonly answers: readonly Answer[]
}

/** A refusal is judged again on what was read live: what has not changed by that is not evaluated again. */
export function evaluateForRequest(evaluator: Evaluator, clock: Clock): Evaluate {
  const asked: Asked[] = []
  let leftMs = budgetMs
  return async (questions, variables) => {
    const known = asked.find((each) => isDeepStrictEqual([each.questions, each.variables], [questions, variables]))
    if (known !== undefined) return known.answers
    if (leftMs <= 0) return questions.map(() => fail({ type: 'late', message: `the ${budgetMs} ms of a request are over` }))
    const startedAt = clock.now()
    const answers = await evaluator.evaluate(questions, variables, leftMs)
    leftMs -= clock.now() - startedAt
    asked.push({ questions, variables, answers })
    return answers
  }
}
