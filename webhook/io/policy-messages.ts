// What main and the policy worker tell each other.
import type { PolicyVariables } from '../../admission/cel/evaluate.ts'
import type { ExpectedType } from '../../admission/cel/expression.ts'
import type { Result } from '../../core/result.ts'

export interface PolicySource {
  readonly source: string
  readonly expects: ExpectedType
}

/** `failed`: the expression's own error, or it does not compile. `late`: it was not done in time. */
export interface PolicyFailure {
  readonly type: 'failed' | 'late'
  readonly message: string
}

export type PolicyOutcome = Result<boolean | string, PolicyFailure>

/** What a worker starts with. */
export interface PolicyWorkerStart {
  readonly role: 'policyWorker'
  /** Two of 64 bits: the task that is being worked on, 0 for none, and since when, in nanoseconds of the monotonic clock. */
  readonly current: SharedArrayBuffer
  /** To be compiled before anything is asked. */
  readonly sources: readonly PolicySource[]
}

/** One expression of a request; the outcome is told under its number. */
export interface PolicyTask extends PolicySource {
  /** From 1, never twice. */
  readonly id: number
}

export type PolicyMessageToWorker =
  | { readonly type: 'compile'; readonly sources: readonly PolicySource[] }
  | { readonly type: 'evaluate'; readonly request: number; readonly tasks: readonly PolicyTask[]; readonly variables: PolicyVariables }
  /** Nobody waits for this request any more. */
  | { readonly type: 'forget'; readonly request: number }

export type PolicyMessageToMain =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly request: number; readonly id: number; readonly result: Result<boolean | string, string> }
