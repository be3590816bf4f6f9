import type { Policy } from '../../core/config/policy.ts'
import type { Result } from '../../core/result.ts'
import type { ExpectedType } from '../cel/expression.ts'

/** An expression of a policy, and what it has to give. */
export interface Question {
  readonly source: string
  readonly expects: ExpectedType
}

/** Everything that policies may ask. */
export function expressionsOf(policies: readonly Policy[]): readonly Question[] {
  return policies.flatMap(({ validations }) =>
    validations.flatMap(({ expression, messageExpression }): readonly Question[] => [
      { source: expression, expects: 'bool' },
      ...(messageExpression === undefined ? [] : [{ source: messageExpression, expects: 'string' } as const]),
    ]),
  )
}

/** `failed`: it has no value for these variables. `late`: it was not finished in time, which says nothing about the object. */
export interface NoAnswer {
  readonly type: 'failed' | 'late'
  /** In words, without the expression. */
  readonly message: string
}

export type Answer = Result<boolean | string, NoAnswer>

/** Whoever evaluates: the webhook in a worker, the command line in its own thread. One answer for each question; never rejects. */
export type Evaluate = (questions: readonly Question[], variables: Readonly<Record<string, unknown>>) => Promise<readonly Answer[]>
