// `npm test`: sets the machine up, runs every check, and ends with the line `N passed, N failed`.
//   test.ts                      everything
//   test.ts unit [MOCHA...]      unit tests; the arguments go to mocha, for example --grep
//   test.ts cluster [MOCHA...]   tests on a real cluster
import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { sweep } from '../test/lab/sweep.ts'
import { divideIntoLanes } from './lanes.ts'
import { onOrphaned } from './orphan.ts'
import { showProgress } from './progress.ts'
import { setup } from './setup.ts'
import { describeFailure } from './setup-error.ts'
import { type Step, summarize, TestRun } from './test-run.ts'

const root = resolve(import.meta.dirname, '..')
process.chdir(root)

const minutes = 60_000
interface Suite {
  readonly name: string
  readonly pattern: string
  readonly options: readonly string[]
  readonly deadlineMs: number
}
const unit: Suite = { name: 'unit', pattern: 'test/unit/**/*.test.ts', options: [], deadlineMs: 10 * minutes }
const cluster: Suite = {
  name: 'cluster',
  pattern: 'test/cluster/**/*.test.ts',
  options: ['--timeout', '120000'],
  deadlineMs: 40 * minutes,
}
const mocha = ({ name, options, deadlineMs }: Suite, files: readonly string[]): Step => ({
  name,
  argv: [process.execPath, 'node_modules/mocha/bin/mocha.js', '--reporter', 'tools/mocha-reporter.ts', ...options, ...files],
  isMocha: true,
  deadlineMs,
})
/** Two, as the smallest machine that this is for has two cores. */
function inLanes(suite: Suite): readonly [Step, Step] {
  const [first = [], second = []] = divideIntoLanes(globSync(suite.pattern).toSorted(), 2)
  return [mocha({ ...suite, name: `${suite.name} 1` }, first), mocha({ ...suite, name: `${suite.name} 2` }, second)]
}
const script = (name: string): Step => ({ name, argv: ['npm', 'run', '--silent', name], deadlineMs: 5 * minutes })

const checks: readonly Step[] = [
  script('lint'),
  script('types'),
  script('knip'),
  { name: 'generated', argv: [process.execPath, 'schemas/generate.ts', '--check'], deadlineMs: 5 * minutes },
  { name: 'errors', argv: [process.execPath, 'tools/errors.ts', '--check'], deadlineMs: 5 * minutes },
  { name: 'without webhook', argv: [process.execPath, 'tools/without-webhook.ts', '--check'], deadlineMs: 5 * minutes },
]
/** Stages follow one another; the lanes of one run side by side. */
type Stages = readonly (readonly (readonly Step[])[])[]

function everything(): Stages {
  const [unit1, unit2] = inLanes(unit)
  return [[[...checks, unit1], [unit2]], inLanes(cluster).map((step) => [step])]
}

function chooseStages(mode: string | undefined, options: readonly string[]): { readonly stages: Stages; readonly lab: boolean } {
  const some = (suite: Suite): Stages => [[[mocha({ ...suite, options: [...suite.options, ...options] }, [suite.pattern])]]]
  switch (mode) {
    case undefined:
      return { stages: everything(), lab: true }
    case 'unit':
      return { stages: some(unit), lab: false }
    case 'cluster':
      return { stages: options.length === 0 ? everything().slice(1) : some(cluster), lab: true }
    default:
      process.stderr.write(`error: no mode ${mode}: give none, unit or cluster\n`)
      process.exit(2)
  }
}

const [mode, ...options] = process.argv.slice(2)
const { stages, lab } = chooseStages(mode, options)
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
  for (const lanes of stages) await testRun.run(lanes)
  if (lab) await sweep()
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`)
  testRun.outcomes.push({ name: 'set-up', passed: 0, failed: 1, skipped: 0, seconds: 0 })
}
process.stdout.write(`\n${summarize(testRun.outcomes)}\n`)
process.exit(exitCode ?? (testRun.outcomes.some(({ failed }) => failed > 0) ? 1 : 0))
