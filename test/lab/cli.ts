// `npm run lab -- …`: the lab for people and scripts. Results on stdout, everything else on stderr.
import { buildImages } from '../../images/build.ts'
import { buildLabImages } from '../../images/lab.ts'
import { showProgress } from '../../tools/progress.ts'
import { setup } from '../../tools/setup.ts'
import { SetupError } from '../../tools/setup-error.ts'
import { type Command, parseArguments, usage } from './arguments.ts'
import { restartProduct } from './install.ts'
import { type Lab, openLab, upLab } from './lab.ts'
import { isAlive } from './process-identity.ts'
import { readState, readStates } from './state.ts'
import { sweep } from './sweep.ts'
import { removeLab } from './teardown.ts'
import { UsageError } from './usage-error.ts'

const badUsage = 2
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

class Interruption extends Error {
  readonly code: number

  constructor(signal: keyof typeof exitCodes) {
    super(`interrupted by ${signal}; what was made is removed`)
    this.code = exitCodes[signal]
  }
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

function describe({ name, kubeconfig, nodes, clients, routers }: Lab): unknown {
  return { name, kubeconfig, nodes, clients, routers }
}

async function up({ name, nodes, bare, routers }: Extract<Command, { verb: 'up' }>): Promise<void> {
  const progress = showProgress()
  const toolchain = await setup(progress)
  for (const removed of await sweep()) progress(`removed lab "${removed}", whose run had ended without it`)
  const labImages = await buildLabImages(toolchain.cache, progress)
  const images = bare ? {} : { images: await buildImages(toolchain.cache, progress) }
  // Not before: until here a signal may end this process, nothing is made yet. The second one does.
  const interrupted = new AbortController()
  for (const signal of Object.keys(exitCodes) as (keyof typeof exitCodes)[])
    process.once(signal, () => interrupted.abort(new Interruption(signal)))
  const lab = await upLab(
    { name, nodes, bare, routers, keep: true, signal: interrupted.signal },
    toolchain,
    { labImages, ...images },
    progress,
  )
  print(describe(lab))
}

async function down(name: string): Promise<void> {
  await sweep()
  if (readState(name) === undefined) process.stderr.write(`there is no lab "${name}"\n`)
  else await removeLab(name)
}

function list(): void {
  for (const { name, phase, kept, owner } of readStates())
    print({ ...(describe(openLab(name)) as object), phase, kept, ...(isAlive(owner) ? { owner: owner.pid } : {}) })
}

async function reload(name: string): Promise<void> {
  const progress = showProgress()
  const lab = openLab(name)
  const { cache } = await setup(progress)
  const { bundleOnly } = await buildImages(cache, progress)
  await lab.importImages(bundleOnly)
  await restartProduct(lab, progress)
}

/** @returns the exit status */
async function run(command: Command): Promise<number> {
  switch (command.verb) {
    case 'up':
      await up(command)
      return 0
    case 'down':
      await down(command.name)
      return 0
    case 'list':
      list()
      return 0
    case 'kill-node':
      await openLab(command.name).killNode(command.node)
      return 0
    case 'start-node':
      await openLab(command.name).startNode(command.node)
      return 0
    case 'exec':
      return await openLab(command.name).place(command.place).attach(command.argv)
    case 'reload':
      await reload(command.name)
      return 0
    case 'help':
      process.stdout.write(usage)
      return 0
    default:
      return command satisfies never
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv)
  if (!parsed.ok) {
    process.stderr.write(`error: ${parsed.error}\n\n${usage}`)
    return badUsage
  }
  try {
    return await run(parsed.value)
  } catch (error) {
    const expected = error instanceof UsageError || error instanceof SetupError || error instanceof Interruption
    process.stderr.write(`error: ${error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error)}\n`)
    if (error instanceof Interruption) return error.code
    return error instanceof UsageError ? badUsage : 1
  }
}

// Not exitCode: an interrupted wait may still hold a timer or a socket.
process.exit(await main(process.argv.slice(2)))
