// `npm test`: sets the machine up, runs every check, and ends with the line `N passed, N failed`.
//   test.ts                      everything
//   test.ts unit [MOCHA...]      unit tests; the arguments go to mocha, for example --grep
//   test.ts cluster [MOCHA...]   tests on a real cluster
import { resolve } from 'node:path'
import { sweep } from '../test/lab/sweep.ts'
import { onOrphaned } from './orphan.ts'
import { showProgress } from './progress.ts'
import { setup } from './setup.ts'
import { describeFailure } from './setup-error.ts'
import { type Step, summarize, TestRun } from './test-run.ts'

const root = resolve(import.meta.dirname, '..')
process.chdir(root)

const minutes = 60_000
const mocha = (name: string, pattern: string, options: readonly string[], deadlineMs: number): Step => ({
  name,
  argv: [process.execPath, 'node_modules/mocha/bin/mocha.js', '--reporter', 'tools/mocha-reporter.ts', ...options, pattern],
  isMocha: true,
  deadlineMs,
})
const script = (name: string): Step => ({ name, argv: ['npm', 'run', '--silent', name], deadlineMs: 5 * minutes })

const checks: readonly Step[] = [
  script('lint'),
  script('types'),
  script('knip'),
  { name: 'generated', argv: [process.execPath, 'schemas/generate.ts', '--check'], deadlineMs: 5 * minutes },
  { name: 'errors', argv: [process.execPath, 'tools/errors.ts', '--check'], deadlineMs: 5 * minutes },
  { name: 'without webhook', argv: [process.execPath, 'tools/without-webhook.ts', '--check'], deadlineMs: 5 * minutes },
]
const unitTests = (options: readonly string[]): Step => mocha('unit', 'test/unit/**/*.test.ts', options, 10 * minutes)
const clusterTests = (options: readonly string[]): Step =>
  mocha('cluster', 'test/cluster/**/*.test.ts', ['--timeout', '120000', ...options], 40 * minutes)

function chooseSteps(mode: string | undefined, options: readonly string[]): { readonly steps: readonly Step[]; readonly lab: boolean } {
  switch (mode) {
    case undefined:
      return { steps: [...checks, unitTests([]), clusterTests([])], lab: true }
    case 'unit':
      return { steps: [unitTests(options)], lab: false }
    case 'cluster':
      return { steps: [clusterTests(options)], lab: true }
    default:
      process.stderr.write(`error: no mode ${mode}: give none, unit or cluster\n`)
      process.exit(2)
  }
}

const [mode, ...options] = process.argv.slice(2)
const { steps, lab } = chooseSteps(mode, options)
const testRun = new TestRun()
let exitCode: number | undefined
const stop = (code: number): void => {
  exitCode ??= code
  // Nothing of the set-up needs an orderly end.
  if (!testRun.started) process.exit(code)
  testRun.stop()
}
process.on('SIGINT', () => stop(130))
process.on('SIGTERM', () => stop(143))
onOrphaned(() => stop(129))

try {
  if (lab) {
    await setup(showProgress())
    await sweep()
  }
  for (const step of steps) await testRun.run(step)
  if (lab) await sweep()
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`)
  testRun.outcomes.push({ name: 'set-up', passed: 0, failed: 1, skipped: 0, seconds: 0 })
}
process.stdout.write(`\n${summarize(testRun.outcomes)}\n`)
process.exit(exitCode ?? (testRun.outcomes.some(({ failed }) => failed > 0) ? 1 : 0))
