// The command line: metallb lint, metallb plan. Exit codes are those of gator: 0 nothing wrong, 1 something is, 2 the command itself could not be carried out.
import process from 'node:process'
import { nearest } from '../core/nearest.ts'
import { runLint } from './io/lint.ts'
import { runPlan } from './io/plan.ts'

const help = `metallb: what the cluster would say, before it is asked

  metallb lint FILE|FOLDER|-...    judges YAML as the webhook would, without a cluster
  metallb plan FILE|FOLDER|-...    says what applying it would do to a cluster, and to whom

  metallb COMMAND --help           says what a command takes
`

const commands: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> = { lint: runLint, plan: runPlan }

// `metallb lint … | head` closes the pipe when it has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

const [word, ...rest] = process.argv.slice(2)
process.exitCode = await run(word ?? '', rest)

async function run(name: string, argv: readonly string[]): Promise<number> {
  if (['--help', '-h', '-help', 'help'].includes(name)) {
    process.stdout.write(help)
    return 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command !== undefined) return await command(argv)
  const guess = nearest(name, Object.keys(commands))
  const hint = guess === undefined ? '' : `did you mean ${guess}? `
  process.stderr.write(name === '' ? help : `metallb: there is no command "${name}"; ${hint}see metallb --help\n`)
  return 2
}
