import type { Problem, ProblemCode } from '../core/problem.ts'

/** Back from the text of a warning to its parts. */
export function readWarning(text: string): Pick<Problem, 'code' | 'field' | 'message'> {
  const [, field = '', message = text, code = ''] = /^((?:[^\s:[]|\[[^\]]*\])+): (.*) \[(\w+)\]$/s.exec(text) ?? []
  return { code: code as ProblemCode, field, message }
}
