// Runs the steps of `npm test` one after the other and adds up what they came to.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestCounts } from './mocha-reporter.ts'

/** One step: a program that passes when it ends with 0. */
export interface Step {
  readonly name: string
  readonly argv: readonly [program: string, ...rest: readonly string[]]
  /** Whether it is mocha, whose tests are counted one by one. */
  readonly isMocha?: boolean
  readonly deadlineMs: number
}

/** A row of the summary. */
export interface Outcome extends TestCounts {
  readonly name: string
  readonly seconds: number
}

const graceMs = 10_000

/** Runs steps in processes of their own, so that one signal ends them once, however often the terminal and npm send it. */
export class TestRun {
  readonly outcomes: Outcome[] = []
  #child: ChildProcess | undefined
  #started = false
  #stopped = false

  /** Whether a first step has begun. */
  get started(): boolean {
    return this.#started
  }

  async run(step: Step): Promise<void> {
    if (this.#stopped) return
    this.#started = true
    process.stdout.write(`\n── ${step.name} ──\n`)
    const folder = mkdtempSync(join(tmpdir(), 'metallb-test-'))
    const started = performance.now()
    try {
      const countsFile = join(folder, 'counts.json')
      const code = await this.#runProgram(step, countsFile)
      const counts = step.isMocha ? readCounts(countsFile, code) : one(code === 0)
      this.outcomes.push({ name: step.name, ...counts, seconds: (performance.now() - started) / 1000 })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  async #runProgram(step: Step, countsFile: string): Promise<number> {
    const [program, ...rest] = step.argv
    const env = { ...process.env, METALLB_TEST_COUNTS: countsFile }
    const child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit'], detached: true, env })
    this.#child = child
    const deadline = setTimeout(() => {
      process.stdout.write(`${step.name} is not done after ${step.deadlineMs / 60_000} min: ended\n`)
      endGroup(child)
    }, step.deadlineMs)
    try {
      const [code] = (await once(child, 'exit')) as [number | null]
      return code ?? -1
    } finally {
      clearTimeout(deadline)
      this.#child = undefined
    }
  }

  /** Ends the step that runs, gently first, and starts no further one. */
  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    if (this.#child !== undefined) endGroup(this.#child)
  }
}

function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGINT')
  const last = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs)
  child.once('exit', () => clearTimeout(last))
}

function signalGroup(child: ChildProcess, signal: 'SIGINT' | 'SIGKILL'): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  // The group may be gone between the check and the call.
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function one(passed: boolean): TestCounts {
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 }
}

/** A run that died before it could count, or failed without a failed test (a file that does not load), is a failure too. */
export function readCounts(file: string, code: number): TestCounts {
  let counts: TestCounts
  try {
    counts = JSON.parse(readFileSync(file, 'utf8')) as TestCounts
  } catch {
    return one(false)
  }
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** The table at the end; its last line is `N passed, N failed`. */
export function summarize(outcomes: readonly Outcome[]): string {
  const columns = outcomes.map(({ name, passed, failed, skipped, seconds }) => [
    name,
    String(passed),
    String(failed),
    String(skipped),
    seconds.toFixed(1),
  ])
  const head = ['step', 'passed', 'failed', 'skipped', 'seconds']
  const widths = head.map((title, index) => Math.max(title.length, ...columns.map((row) => row[index]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ')
      .trimEnd()
  const sum = (key: 'passed' | 'failed'): number => outcomes.reduce((total, outcome) => total + outcome[key], 0)
  return [line(head), ...columns.map(line), '', `${sum('passed')} passed, ${sum('failed')} failed`].join('\n')
}
