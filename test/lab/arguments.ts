// What `npm run lab -- …` was asked to do.
import { parseArgs } from 'node:util'
import { fail, ok, type Result } from '../../core/result.ts'
import { type RouterKind, routerKinds } from './topology.ts'

export type Command =
  | {
      readonly verb: 'up'
      readonly name: string
      readonly nodes: number
      readonly bare: boolean
      readonly routers: readonly RouterKind[]
    }
  | { readonly verb: 'down' | 'reload'; readonly name: string }
  | { readonly verb: 'list' }
  | { readonly verb: 'help' }
  | { readonly verb: 'kill-node' | 'start-node'; readonly name: string; readonly node: string }
  | { readonly verb: 'exec'; readonly name: string; readonly place: string; readonly argv: readonly string[] }

export const usage = `usage: npm run lab -- COMMAND [--name NAME]

  up [--nodes 3] [--bare] [--routers frr,bird]
                            start a cluster (--bare: without MetalLB); prints one line of JSON when it is ready
                            (routers: any of frr, bird, gobgp; or none)
  down                      end it
  list                      one line of JSON for each lab
  kill-node NODE            cut the power of a node or router
  start-node NODE           switch it on again
  exec PLACE -- COMMAND …   run a command in a node (n1, n2, …), a router or a client (client, outside)
  reload                    rebuild MetalLB's programs and restart its pods

NAME is "lab" unless you say otherwise; any number of labs run side by side.
`

const options = {
  name: { type: 'string', default: 'lab' },
  nodes: { type: 'string', default: '3' },
  bare: { type: 'boolean', default: false },
  routers: { type: 'string', default: 'frr,bird' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** The flags that each command takes, beside --help. */
const flags: Readonly<Record<Command['verb'], readonly string[]>> = {
  up: ['name', 'nodes', 'bare', 'routers'],
  down: ['name'],
  reload: ['name'],
  list: [],
  help: [],
  'kill-node': ['name'],
  'start-node': ['name'],
  exec: ['name'],
}

/** @returns what to do, or in words what is wrong */
export function parseArguments(argv: readonly string[]): Result<Command, string> {
  // Behind `--` stands a command that is not ours to read.
  const border = argv.indexOf('--')
  const ours = border < 0 ? argv : argv.slice(0, border)
  const theirs = border < 0 ? [] : argv.slice(border + 1)
  let parsed: ReturnType<typeof parseOurs>
  try {
    parsed = parseOurs(ours)
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
  const [verb, ...operands] = parsed.positionals
  if (parsed.values.help || verb === 'help') return ok({ verb: 'help' })
  if (verb === undefined) return fail('no command')
  if (!isVerb(verb)) return fail(`no command "${verb}"`)
  const stray = parsed.tokens.find((token) => token.kind === 'option' && !flags[verb].includes(token.name))
  if (stray?.kind === 'option') return fail(`${verb} takes no ${stray.rawName}`)
  if (theirs.length > 0 && verb !== 'exec') return fail(`${verb} takes nothing behind "--"`)
  return readCommand(verb, operands, theirs, parsed.values)
}

function parseOurs(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true, tokens: true })
}

type Values = ReturnType<typeof parseOurs>['values']

function isVerb(word: string): word is Command['verb'] {
  return Object.hasOwn(flags, word)
}

function readCommand(
  verb: Command['verb'],
  operands: readonly string[],
  theirs: readonly string[],
  values: Values,
): Result<Command, string> {
  const { name } = values
  const [operand = '', ...more] = operands
  const wants = verb === 'exec' ? 'PLACE' : verb === 'kill-node' || verb === 'start-node' ? 'NODE' : ''
  if (wants !== '' && operand === '') return fail(`${verb} needs a ${wants}`)
  const extra = wants === '' ? operands[0] : more[0]
  if (extra !== undefined)
    return fail(`${verb} does not know what to do with "${extra}"${verb === 'exec' ? ': the command stands behind "--"' : ''}`)
  switch (verb) {
    case 'up':
      return readUp(values)
    case 'down':
    case 'reload':
      return ok({ verb, name })
    case 'kill-node':
    case 'start-node':
      return ok({ verb, name, node: operand })
    case 'exec':
      return theirs.length === 0
        ? fail(`exec needs a command behind "--": exec ${operand} -- ip addr`)
        : ok({ verb, name, place: operand, argv: theirs })
    default:
      return ok({ verb })
  }
}

function readUp({ name, nodes, bare, routers: list }: Values): Result<Command, string> {
  if (!/^[0-9]+$/.test(nodes)) return fail(`--nodes ${nodes}: not a number`)
  const words = list === 'none' ? [] : list.split(',')
  const routers = words.flatMap((word) => routerKinds.filter((kind) => kind === word))
  if (new Set(routers).size < words.length) return fail(`--routers ${list}: give none, or each at most once: ${routerKinds.join(', ')}`)
  return ok({ verb: 'up', name, nodes: Number(nodes), bare, routers })
}
