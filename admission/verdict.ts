import type { Problem } from '../core/problem.ts'
import type { Evidence } from './evidence.ts'
import type { PatchOperation } from './json-patch.ts'

/** What a review says of one object. */
export interface Verdict {
  /** Any of them refuses the request. */
  readonly problems: readonly Problem[]
  /** Complete sentences; they refuse nothing. */
  readonly warnings: readonly string[]
  readonly patch: readonly PatchOperation[]
  readonly notes: readonly PolicyNote[]
}

/** About a policy, for who owns it: in the log, and (`audited`) in the audit trail of the API server. `failed` and `late` are not the object's fault. */
export interface PolicyNote {
  readonly type: 'audited' | 'failed' | 'late'
  readonly policy: string
  /** Its name, or its place: `validations[0]`. */
  readonly validation: string
  readonly message: string
}

export interface RestingVerdict extends Verdict {
  /** On what the problems rest; empty when there are none. */
  readonly evidence: readonly Evidence[]
}

export const nothingToSay: Verdict = { problems: [], warnings: [], patch: [], notes: [] }

/** Nothing is refused, but everything is said. */
export function asWarnings<V extends Verdict>(verdict: V): V {
  return { ...verdict, problems: [], warnings: [...verdict.problems.map(warningText), ...verdict.warnings] }
}

/** A warning is complete in itself, as a cause is. */
export function warningText({ field, message, code }: Problem): string {
  return `${field}: ${message} [${code}]`
}
