import type { Problem } from '../../core/problem.ts'

/** Ratcheting: an UPDATE answers for what it makes worse, not for what was wrong before. */
export function addedProblems(now: readonly Problem[], before: readonly Problem[]): readonly Problem[] {
  const known = new Map<string, number>()
  for (const problem of before) known.set(identity(problem), (known.get(identity(problem)) ?? 0) + 1)
  return now.filter((problem) => {
    const left = known.get(identity(problem)) ?? 0
    known.set(identity(problem), left - 1)
    return left <= 0
  })
}

/** Code, value and conflict, but not the position in a list: moving an entry does not make it worse. */
function identity({ code, value, message }: Problem): string {
  return JSON.stringify([code, value, message.replaceAll(/\[\d+\]|\bentry \d+/g, '')])
}
