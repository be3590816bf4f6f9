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
}

export interface RestingVerdict extends Verdict {
  /** On what the problems rest; empty when there are none. */
  readonly evidence: readonly Evidence[]
}

export const nothingToSay: Verdict = { problems: [], warnings: [], patch: [] }

/** Nothing is refused, but everything is said. */
export function asWarnings(verdict: Verdict): Verdict {
  return { ...verdict, problems: [], warnings: [...verdict.problems.map(warningText), ...verdict.warnings] }
}

/** A warning is complete in itself, as a cause is. */
export function warningText({ field, message, code }: Problem): string {
  return `${field}: ${message} [${code}]`
}
