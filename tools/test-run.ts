// Runs the steps of `npm test`, one after the other or side by side, and adds up what they came to.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
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
  /** In the order in which the steps were given, however long each takes. */
  readonly outcomes: Outcome[] = []
  readonly #children = new Set<ChildProcess>()
  #started = false
  #stopped = false

  /** Whether a first step has begun. */
  get started(): boolean {
    return this.#started
  }

  /** Lanes run side by side, the steps of each one after the other. With several lanes every line of output says whose it is. */
  async run(lanes: readonly (readonly Step[])[]): Promise<void> {
    if (this.#stopped) return
    const names = lanes.flat().map(({ name }) => name)
    const width = Math.max(...names.map(({ length }) => length))
    process.stdout.write(`\n── ${names.join(', ')} ──\n`)
    const runLane = async (steps: readonly Step[]): Promise<readonly Outcome[]> => {
      const outcomes: Outcome[] = []
      for (const step of steps)
        if (!this.#stopped) outcomes.push(await this.#outcomeOf(step, lanes.length === 1 ? '' : `${step.name.padEnd(width)} │ `))
      return outcomes
    }
    this.outcomes.push(...(await Promise.all(lanes.map(runLane))).flat())
  }

  /** @param prefix before each line of its output */
  async #outcomeOf(step: Step, prefix: string): Promise<Outcome> {
    this.#started = true
    const folder = mkdtempSync(join(tmpdir(), 'metallb-test-'))
    const started = performance.now()
    try {
      const countsFile = join(folder, 'counts.json')
      const code = await this.#runProgram(step, { countsFile, prefix })
      const counts = step.isMocha ? readCounts(countsFile, code) : one(code === 0)
      return { name: step.name, ...counts, seconds: (performance.now() - started) / 1000 }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  async #runProgram(step: Step, { countsFile, prefix }: { readonly countsFile: string; readonly prefix: string }): Promise<number> {
    const [program, ...rest] = step.argv
    const env = { ...process.env, METALLB_TEST_COUNTS: countsFile }
    const output = prefix === '' ? 'inherit' : 'pipe'
    const child = spawn(program, rest, { stdio: ['ignore', output, output], detached: true, env })
    this.#children.add(child)
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => process.stdout.write(`${prefix}${line}\n`))
    const deadline = setTimeout(() => {
      process.stdout.write(`${step.name} is not done after ${step.deadlineMs / 60_000} min: ended\n`)
      endGroup(child)
    }, step.deadlineMs)
    const closed = once(child, 'close')
    try {
      const [code] = (await once(child, 'exit')) as [number | null]
      // Its last lines; but what it left running may hold the pipe for ever.
      await Promise.race([closed, sleep(1000, undefined, { ref: false })])
      return code ?? -1
    } finally {
      clearTimeout(deadline)
      this.#children.delete(child)
    }
  }

  /** Ends the steps that run, gently first, and starts no further one. */
  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    for (const child of this.#children) endGroup(child)
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
