// Command lines as Go programs read them: one or two dashes, `=value` or the next argument, environment variables as defaults.
import { fail, ok, type Result } from '../core/result.ts'

interface FlagBasics {
  /** The environment variable that gives the default. */
  readonly env?: string
  readonly help: string
}

export type FlagSpec =
  | (FlagBasics & { readonly kind: 'text'; readonly default: string; readonly oneOf?: readonly string[] })
  | (FlagBasics & { readonly kind: 'integer'; readonly default: number; readonly min?: number; readonly max?: number })
  | (FlagBasics & { readonly kind: 'switch'; readonly default: boolean })

export type FlagTable = Readonly<Record<string, FlagSpec>>

type FlagValue<S extends FlagSpec> = S extends { readonly kind: 'text'; readonly oneOf: readonly (infer V)[] }
  ? V
  : S['kind'] extends 'text'
    ? string
    : S['kind'] extends 'integer'
      ? number
      : boolean

/** Keys are the flags' names as written in the table ('log-level'). */
export type FlagValues<T extends FlagTable> = { readonly [K in keyof T]: FlagValue<T[K]> }

/** `exitCode` 0: the user asked for help, which is `message`; 2: `message` says in one line what is wrong. */
export interface FlagProblem {
  readonly exitCode: 0 | 2
  readonly message: string
}

type Value = string | number | boolean

/**
 * Reads a command line.
 *
 * @param argv without interpreter and script
 * @param env an empty variable counts as absent
 */
export function parseFlags<const T extends FlagTable>(
  table: T,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Result<FlagValues<T>, FlagProblem> {
  const values: Record<string, Value> = {}
  for (const [name, spec] of Object.entries(table)) {
    const text = spec.env === undefined ? undefined : env[spec.env]
    const value = text === undefined || text === '' ? ok(spec.default) : read(spec, text)
    if (!value.ok) return wrong(`environment variable ${spec.env ?? ''}=${text ?? ''}: ${value.error}`)
    values[name] = value.value
  }
  const given = readArguments(table, argv)
  return given.ok ? ok({ ...values, ...given.value } as FlagValues<T>) : given
}

function readArguments(table: FlagTable, argv: readonly string[]): Result<Readonly<Record<string, Value>>, FlagProblem> {
  const values: Record<string, Value> = {}
  const rest = argv.values()
  for (const argument of rest) {
    const [, name, inline] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(argument) ?? []
    if (name === undefined) return wrong(`"${argument}" is not a flag; see --help`)
    if (name === 'help' || name === 'h') return fail({ exitCode: 0, message: usage(table) })
    const spec = Object.hasOwn(table, name) ? table[name] : undefined
    if (spec === undefined) return wrong(`unknown flag --${name}; see --help`)
    // As in Go, a switch never takes the next argument.
    const text = inline ?? (spec.kind === 'switch' ? 'true' : rest.next().value)
    if (text === undefined) return wrong(`flag --${name} needs a value`)
    const value = read(spec, text)
    if (!value.ok) return wrong(`flag --${name}=${text}: ${value.error}`)
    values[name] = value.value
  }
  return ok(values)
}

function wrong(message: string): Result<never, FlagProblem> {
  return fail({ exitCode: 2, message })
}

/** The spellings of Go's strconv.ParseBool. */
const switchWords: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, false])),
}

function read(spec: FlagSpec, text: string): Result<Value, string> {
  switch (spec.kind) {
    case 'text':
      return spec.oneOf === undefined || spec.oneOf.includes(text) ? ok(text) : fail(`must be one of ${spec.oneOf.join(', ')}`)
    case 'switch': {
      const value = Object.hasOwn(switchWords, text) ? switchWords[text] : undefined
      return value === undefined ? fail('must be true or false') : ok(value)
    }
    case 'integer': {
      const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = spec
      const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
      return value >= min && value <= max ? ok(value) : fail(`must be an integer from ${min} to ${max}`)
    }
  }
}

/** One flag per line with its default, for --help. */
function usage(table: FlagTable): string {
  const lines = Object.entries(table).map(([name, spec]) => {
    const choice = spec.kind === 'text' && spec.oneOf !== undefined ? ` (${spec.oneOf.join(', ')})` : ''
    const env = spec.env === undefined ? '' : ` [$${spec.env}]`
    return `  --${name.padEnd(28)} ${spec.help}${choice}; default ${JSON.stringify(spec.default)}${env}`
  })
  return ['Flags:', ...lines].join('\n')
}
