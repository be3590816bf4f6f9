// Bounded waiting: whatever is awaited has a limit, and its error says what was awaited and shows evidence.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { lastLines } from '../../tools/command.ts'

export interface WaitOptions {
  readonly limitMs: number
  /** Milliseconds between two looks; 50 by default. */
  readonly everyMs?: number
  /** Asked when the limit has passed: the last lines of a log, a list of what is missing. */
  readonly evidence?: () => string | Promise<string>
  /** Ends the waiting with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** Looks again and again until the look returns something else than undefined; a look that throws has seen nothing yet. */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const end = performance.now() + options.limitMs
  let reason = ''
  for (;;) {
    options.signal?.throwIfAborted()
    try {
      const seen = await look()
      if (seen !== undefined) return seen
      reason = ''
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error)
    }
    if (performance.now() >= end) break
    await sleep(options.everyMs ?? 50)
  }
  const parts = [`waited ${options.limitMs / 1000} s for ${what}`, reason, (await options.evidence?.()) ?? '']
  throw new Error(parts.filter((part) => part !== '').join('\n'))
}

/** The end of a log file, under its name. */
export function tail(file: string, count = 8): string {
  try {
    return `${file}:\n${lastLines(readFileSync(file, 'utf8'), count)}`
  } catch {
    return `${file}: not there`
  }
}
