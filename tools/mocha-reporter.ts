// mocha's spec output for people; the counts go as JSON into the file that METALLB_TEST_COUNTS names, for tools/test.ts.
import { writeFileSync } from 'node:fs'
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
    // Nobody waits for the result any more; what this leaves behind, the next run sweeps.
    onOrphaned(() => process.kill(process.pid, 'SIGINT'))
  }
}

// mocha loads reporters by require(): this name is what that returns.
export { CountingReporter as 'module.exports' }
