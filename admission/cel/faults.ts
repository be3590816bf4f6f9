// What is wrong with an expression, at line and column.
import { codePointCount } from './functions/text.ts'

export interface CelFault {
  readonly message: string
  /** From 1. */
  readonly line: number
  /** From 1, in characters as an editor counts them. */
  readonly column: number
}

/** @param offset in UTF-16 units from the source's beginning */
export function faultAt(source: string, offset: number, message: string): CelFault {
  const before = source.slice(0, offset)
  const lines = before.split('\n')
  return { message, line: lines.length, column: codePointCount(lines.at(-1) ?? '') + 1 }
}
