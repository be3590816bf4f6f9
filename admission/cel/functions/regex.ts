// Regular expressions by RE2, whose time is linear in the text whatever the pattern; JavaScript's own can take years.
import { RE2JS } from 're2js'
import { fail, ok, type Result } from '../../../core/result.ts'
import { type Budget, CelFailure } from '../failure.ts'
import { overload } from '../signature.ts'

const longestPattern = 500
export const largestProgram = 500
/** Compiling costs about as much as this many steps; patterns of an expression are mostly the same at each evaluation. */
export const compileCost = 2000
const mostKept = 200
const kept = new Map<string, RE2JS>()

/** The error is the reason in words. */
export function compilePattern(pattern: string): Result<RE2JS, string> {
  const known = kept.get(pattern)
  if (known !== undefined) return ok(known)
  if (pattern.length > longestPattern) return fail(`the pattern is longer than ${longestPattern} characters`)
  try {
    const compiled = RE2JS.compile(pattern)
    if (compiled.programSize() > largestProgram) return fail('the pattern is too large: write fewer or smaller repetitions than these')
    const [oldest] = kept.keys()
    if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest)
    kept.set(pattern, compiled)
    return ok(compiled)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace('error parsing regexp: ', '') : 'it cannot be read'
    return fail(`the pattern is not RE2: ${reason}`)
  }
}

function patternOf(text: string, budget: Budget): RE2JS {
  if (!kept.has(text)) budget.spend(compileCost)
  const pattern = compilePattern(text)
  if (!pattern.ok) throw new CelFailure(pattern.error)
  return pattern.value
}

/** In steps, of going through a text once. */
export function searchCost(length: number, programSize: number): number {
  return (length * programSize) / 10
}

function matches(text: string, pattern: string, budget: Budget): boolean {
  const compiled = patternOf(pattern, budget)
  budget.spend(searchCost(text.length, compiled.programSize()))
  return compiled.test(text)
}

function findAll(text: string, pattern: string, limit: number, budget: Budget): readonly string[] {
  const compiled = patternOf(pattern, budget)
  const matcher = compiled.matcher(text)
  const found: string[] = []
  while (found.length < limit) {
    // Each search may go on to the end of the text.
    budget.spend(searchCost(text.length, compiled.programSize()))
    if (!matcher.find()) break
    found.push(matcher.group() ?? '')
  }
  return found
}

export const regexFunctions = [
  overload('string.matches(string): bool', ([text, pattern]: [string, string], budget) => matches(text, pattern, budget)),
  overload('matches(string, string): bool', ([text, pattern]: [string, string], budget) => matches(text, pattern, budget)),
  overload('string.find(string): string', ([text, pattern]: [string, string], budget) => findAll(text, pattern, 1, budget)[0] ?? ''),
  overload('string.findAll(string): list<string>', ([text, pattern]: [string, string], budget) =>
    findAll(text, pattern, Number.POSITIVE_INFINITY, budget),
  ),
  overload('string.findAll(string, int): list<string>', ([text, pattern, limit]: [string, string, bigint], budget) =>
    findAll(text, pattern, limit < 0n ? Number.POSITIVE_INFINITY : Number(limit), budget),
  ),
]
