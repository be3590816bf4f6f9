// Lengths of time as Kubernetes writes them (Go's time.ParseDuration): 90s, 1m30s, 1.5h.
import { fail, ok, type Result } from '../result.ts'

const millisecondsOf: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

const part = /^(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/

/** @returns milliseconds, never negative; or the reason in words, without the text itself */
export function parseDuration(text: string): Result<number, string> {
  if (text.startsWith('-')) return fail('it is negative')
  let rest = text.replace(/^\+/, '')
  if (rest === '0') return ok(0)
  if (rest === '') return fail('it is empty')
  let milliseconds = 0
  while (rest !== '') {
    const match = part.exec(rest)
    if (match === null) return fail('it is not a number with a unit, such as 90s or 1m30s')
    milliseconds += Number(match[1]) * (millisecondsOf[match[2] ?? ''] ?? 0)
    rest = rest.slice(match[0].length)
  }
  return ok(milliseconds)
}
