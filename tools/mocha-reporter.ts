// mocha's spec output for people, and the slowest files; the counts go as JSON into the file that METALLB_TEST_COUNTS names, for tools/test.ts.
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import Mocha from 'mocha'
import { onOrphaned } from './orphan.ts'

/** What a run of mocha came to; a failed hook counts as a failed test. */
export interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    const file = process.env['METALLB_TEST_COUNTS']
    const counts = { passed: 0, failed: 0, skipped: 0 }
    runner.on('pass', () => counts.passed++)
    runner.on('fail', () => counts.failed++)
    runner.on('pending', () => counts.skipped++)
    runner.once('end', () => {
      if (file !== undefined) writeFileSync(file, JSON.stringify(counts satisfies TestCounts))
    })
    const seconds = new Map<string, number>()
    let since = performance.now()
    runner.on('suite end', (suite) => {
      if (suite.parent?.root !== true || suite.file === undefined) return
      const now = performance.now()
      seconds.set(suite.file, (seconds.get(suite.file) ?? 0) + (now - since) / 1000)
      since = now
    })
    runner.once('end', () => tellSlowest(seconds))
    // Nobody waits for the result any more; what this leaves behind, the next run sweeps.
    onOrphaned(() => process.kill(process.pid, 'SIGINT'))
  }
}

/** A file takes from the end of the one before it: what it makes when the first test asks for it counts too. */
function tellSlowest(seconds: ReadonlyMap<string, number>): void {
  const slow = [...seconds].filter(([, each]) => each >= 10).toSorted(([, a], [, b]) => b - a)
  if (slow.length === 0) return
  process.stdout.write('  seconds of the slowest files:\n')
  for (const [file, each] of slow) process.stdout.write(`  ${each.toFixed(0).padStart(5)}  ${relative('', file)}\n`)
}

// mocha loads reporters by require(): this name is what that returns.
export { CountingReporter as 'module.exports' }
