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

/** `1 error`, `3 errors`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/** Text from a file as it may be shown: what steers a terminal or breaks a report becomes a dot. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]|\p{Cs}/gu, '·')
}
