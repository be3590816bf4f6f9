// `npm run bench -- [NAME...] [--json] [--runs N] [--services N]`: measures, and ends with 0 when it could, whether the aims were met or not.

import { sweep } from '../test/lab/sweep.ts'
import { onOrphaned } from '../tools/orphan.ts'
import { showProgress } from '../tools/progress.ts'
import { describeFailure } from '../tools/setup-error.ts'
import { admission } from './admission/admission.ts'
import { allocate } from './allocate/allocate.ts'
import { allocator } from './allocator/allocator.ts'
import { type BenchArguments, parseArguments } from './arguments.ts'
import type { Bench, Benchmark } from './benchmark.ts'
import type { Figure } from './figure.ts'
import { labDurations } from './lab/durations.ts'
import { latency } from './latency/latency.ts'
import { memory } from './memory/memory.ts'
import { routesBenchmark } from './routes/routes.ts'
import { SharedLab } from './shared-lab.ts'
import { formatTable } from './table.ts'

const benchmarks: readonly Benchmark[] = [latency, memory, labDurations, routesBenchmark, allocator, admission, allocate]
const names = benchmarks.map(({ name }) => name)

const usage = `npm run bench -- [NAME...] [--json] [--runs N] [--services N]

Without a NAME, each of them:
${benchmarks.map(({ name, about }) => `  ${name.padEnd(9)}  ${about}`).join('\n')}

  --json        one JSON object per figure on standard output, instead of a table
  --runs N      samples per figure, instead of each benchmark's own number
  --services N  Services at most, where a benchmark would make more
`

const badUsage = 2
/** A terminal and npm may both send the same signal; whoever sends one after this long means it. */
const repeatMs = 1000

/** Aborts on the signals that end a program, so that what was made is removed. */
function interruption(): AbortController {
  const interrupted = new AbortController()
  let since: number | undefined
  const onSignal = (name: string): void => {
    if (since !== undefined && performance.now() - since > repeatMs) process.exit(1)
    since ??= performance.now()
    interrupted.abort(new Error(`interrupted by ${name}: removing what was made`))
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => onSignal(name))
  onOrphaned(() => onSignal('the end of the process that started this one'))
  return interrupted
}

/** @returns the names of those that could not measure */
async function measure(wanted: readonly Benchmark[], bench: Bench): Promise<readonly string[]> {
  const failed: string[] = []
  for (const benchmark of wanted) {
    try {
      bench.signal.throwIfAborted()
      await benchmark.run(bench)
    } catch (error) {
      failed.push(benchmark.name)
      const reason: unknown = bench.signal.aborted ? bench.signal.reason : error
      process.stderr.write(
        `${benchmark.name} could not measure: ${bench.signal.aborted && reason instanceof Error ? reason.message : describeFailure(reason)}\n`,
      )
      if (bench.signal.aborted) break
    }
  }
  return failed
}

async function main({ names: wantedNames, json, runs, services }: BenchArguments): Promise<number> {
  const progress = showProgress()
  const { signal } = interruption()
  const figures: Figure[] = []
  const report = (figure: Figure): void => {
    figures.push(figure)
    if (json) process.stdout.write(`${JSON.stringify(figure)}\n`)
  }
  for (const removed of await sweep()) progress(`removed lab "${removed}", whose run had ended without it`)
  const lab = new SharedLab(progress, signal)
  const wanted = benchmarks.filter(({ name }) => wantedNames.includes(name))
  try {
    const failed = await measure(wanted, { progress, signal, runs, services, lab, report })
    return failed.length === 0 ? 0 : 1
  } finally {
    await lab.end()
    if (!json && figures.length > 0) process.stdout.write(`${formatTable(figures)}\n`)
  }
}

const parsed = parseArguments(process.argv.slice(2), names)
if (!parsed.ok) {
  process.stderr.write(`error: ${parsed.error}\n`)
  process.exit(badUsage)
}
if (parsed.value.help) {
  process.stdout.write(usage)
  process.exit(0)
}
try {
  // Not exitCode: an interrupted wait may still hold a timer or a socket.
  process.exit(await main(parsed.value))
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`)
  process.exit(1)
}
