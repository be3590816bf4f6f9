// The command line of the benchmarks. Pure.
import { parseArgs } from 'node:util'
import { fail, ok, type Result } from '../core/result.ts'

export interface BenchArguments {
  /** What to measure, each once, in the order of the list of all. */
  readonly names: readonly string[]
  /** One JSON object a line instead of a table. */
  readonly json: boolean
  /** Runs per figure instead of each benchmark's own number. */
  readonly runs: number | undefined
  /** Services at most, where a benchmark would make more. */
  readonly services: number | undefined
  readonly help: boolean
}

/** @param known the names that exist; no name at all means each of them */
export function parseArguments(argv: readonly string[], known: readonly string[]): Result<BenchArguments, string> {
  let parsed: ReturnType<typeof parseRaw>
  try {
    parsed = parseRaw(argv)
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
  const { values, positionals } = parsed
  const unknown = positionals.find((name) => !known.includes(name))
  if (unknown !== undefined) return fail(`no benchmark "${unknown}": there are ${known.join(', ')}`)
  if (values.runs !== undefined && !/^[1-9][0-9]{0,3}$/.test(values.runs)) return fail(`--runs ${values.runs}: not a number from 1 to 9999`)
  if (values.services !== undefined && !/^[1-9][0-9]{0,4}$/.test(values.services))
    return fail(`--services ${values.services}: not a number from 1 to 99999`)
  return ok({
    names: known.filter((name) => positionals.length === 0 || positionals.includes(name)),
    json: values.json,
    runs: values.runs === undefined ? undefined : Number(values.runs),
    services: values.services === undefined ? undefined : Number(values.services),
    help: values.help,
  })
}

function parseRaw(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      runs: { type: 'string' },
      services: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
}
