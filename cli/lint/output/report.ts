// What every format of output is given, and how many of each there are.
import type { Finding } from '../../finding.ts'
import type { SourceFile } from '../../manifest.ts'

export interface Report {
  /** By place. */
  readonly findings: readonly Finding[]
  readonly files: readonly SourceFile[]
  /** How many objects were judged. */
  readonly judged: number
  /** Warnings fail too. */
  readonly isStrict: boolean
}

export interface Counts {
  readonly errors: number
  readonly warnings: number
}

export function countsOf({ findings }: Report): Counts {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  return { errors, warnings: findings.length - errors }
}

/** 0: nothing that fails; 1: something does. */
export function exitCodeOf(report: Report): 0 | 1 {
  const { errors, warnings } = countsOf(report)
  return errors > 0 || (report.isStrict && warnings > 0) ? 1 : 0
}
