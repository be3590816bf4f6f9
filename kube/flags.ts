// Command lines as Go programs read them: one or two dashes, `=value` or the next argument; environment variables and settings as defaults.
import { parseDuration } from '../core/config/duration.ts'
import { nearest } from '../core/nearest.ts'
import { fail, ok, type Result } from '../core/result.ts'

interface FlagBasics {
  /** The environment variable that gives the default. */
  readonly env?: string
  /** The settings give the default when no variable does. */
  readonly setting?: boolean
  /** One letter: `-n` for `--namespace`. */
  readonly short?: string
  readonly help: string
}

export type FlagSpec =
  | (FlagBasics & { readonly kind: 'text'; readonly default: string; readonly oneOf?: readonly string[] })
  | (FlagBasics & { readonly kind: 'integer'; readonly default: number; readonly min?: number; readonly max?: number })
  /** Milliseconds, written as Go does: 15s, 1m30s, 200ms. */
  | (FlagBasics & { readonly kind: 'duration'; readonly default: number })
  | (FlagBasics & { readonly kind: 'switch'; readonly default: boolean })
  /** May be given several times. */
  | (FlagBasics & { readonly kind: 'list' })

export type FlagTable = Readonly<Record<string, FlagSpec>>

type FlagValue<S extends FlagSpec> = S extends { readonly kind: 'list' }
  ? readonly string[]
  : S extends { readonly kind: 'text'; readonly oneOf: readonly (infer V)[] }
    ? V
    : S['kind'] extends 'text'
      ? string
      : S['kind'] extends 'integer' | 'duration'
        ? number
        : boolean

/** Keys are the flags' names as written in the table ('log-level'). */
export type FlagValues<T extends FlagTable> = { readonly [K in keyof T]: FlagValue<T[K]> }

/** `exitCode` 0: the user asked for help, which is `message`; 2: `message` says in one line what is wrong. */
export interface FlagProblem {
  readonly exitCode: 0 | 2
  readonly message: string
}

type Value = string | number | boolean | readonly string[]

/** A command line that has more than flags: `lint -n shop FILE`. */
export interface CommandLine<T extends FlagTable> {
  readonly flags: FlagValues<T>
  /** What is no flag, in order; a single dash is one, and so is everything after two. */
  readonly operands: readonly string[]
}

/** By name; an empty text counts as absent. */
type Texts = Readonly<Record<string, string | undefined>>

/**
 * Reads a command line of flags alone.
 *
 * @param argv without interpreter and script
 * @param settings by the names of flags; asked after the environment
 */
export function parseFlags<const T extends FlagTable>(
  table: T,
  argv: readonly string[],
  env: Texts,
  settings: Texts = {},
): Result<FlagValues<T>, FlagProblem> {
  const line = parseCommandLine(table, argv, env, settings)
  if (!line.ok) return line
  const [operand = argv.includes('--') ? '--' : undefined] = line.value.operands
  return operand === undefined ? ok(line.value.flags) : wrong(`"${operand}" is not a flag; see --help`)
}

/**
 * Reads a command line with operands.
 *
 * @param argv without interpreter and script
 * @param settings by the names of flags; asked after the environment
 */
export function parseCommandLine<const T extends FlagTable>(
  table: T,
  argv: readonly string[],
  env: Texts,
  settings: Texts = {},
): Result<CommandLine<T>, FlagProblem> {
  const values: Record<string, Value> = {}
  for (const [name, spec] of Object.entries(table)) {
    const preset = presetOf(name, spec, env, settings)
    const value = preset === undefined ? ok(defaultOf(spec)) : read(spec, preset.text)
    if (!value.ok) return wrong(`${preset?.source ?? ''}=${preset?.text ?? ''}: ${value.error}`)
    values[name] = value.value
  }
  const given = readArguments(table, argv)
  if (!given.ok) return given
  return ok({ flags: { ...values, ...given.value.values } as FlagValues<T>, operands: given.value.operands })
}

/** The default that somebody has chosen, and where. */
function presetOf(
  name: string,
  spec: FlagSpec,
  env: Texts,
  settings: Texts,
): { readonly source: string; readonly text: string } | undefined {
  const fromEnv = spec.env === undefined ? undefined : env[spec.env]
  if (fromEnv !== undefined && fromEnv !== '') return { source: `environment variable ${spec.env ?? ''}`, text: fromEnv }
  const fromSettings = spec.setting === true && Object.hasOwn(settings, name) ? settings[name] : undefined
  return fromSettings === undefined || fromSettings === '' ? undefined : { source: `setting ${name}`, text: fromSettings }
}

interface Arguments {
  readonly values: Readonly<Record<string, Value>>
  readonly operands: readonly string[]
}

function readArguments(table: FlagTable, argv: readonly string[]): Result<Arguments, FlagProblem> {
  const values: Record<string, Value> = {}
  const operands: string[] = []
  const rest = argv.values()
  for (const argument of rest) {
    if (argument === '--') return ok({ values, operands: [...operands, ...rest] })
    const [, word, inline] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(argument) ?? []
    if (word === undefined) {
      operands.push(argument)
      continue
    }
    if (word === 'help' || word === 'h') return fail({ exitCode: 0, message: usage(table) })
    const name = nameOf(table, word)
    const spec = name === undefined ? undefined : table[name]
    if (name === undefined || spec === undefined) return wrong(unknownFlag(table, word))
    // As in Go, a switch never takes the next argument.
    const text = inline ?? (spec.kind === 'switch' ? 'true' : rest.next().value)
    if (text === undefined) return wrong(`flag --${name} needs a value`)
    const value = read(spec, text)
    if (!value.ok) return wrong(`flag --${name}=${text}: ${value.error}`)
    const before = values[name]
    values[name] = Array.isArray(value.value) && Array.isArray(before) ? [...before, ...value.value] : value.value
  }
  return ok({ values, operands })
}

function nameOf(table: FlagTable, word: string): string | undefined {
  return Object.hasOwn(table, word) ? word : Object.entries(table).find(([, { short }]) => short === word)?.[0]
}

function unknownFlag(table: FlagTable, word: string): string {
  const guess = nearest(word, Object.keys(table))
  return `unknown flag --${word}; ${guess === undefined ? '' : `did you mean --${guess}? `}see --help`
}

function wrong(message: string): Result<never, FlagProblem> {
  return fail({ exitCode: 2, message })
}

/** The spellings of Go's strconv.ParseBool. */
const switchWords: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, false])),
}

function defaultOf(spec: FlagSpec): Value {
  return spec.kind === 'list' ? [] : spec.default
}

function read(spec: FlagSpec, text: string): Result<Value, string> {
  switch (spec.kind) {
    case 'list':
      return ok([text])
    case 'text':
      return spec.oneOf === undefined || spec.oneOf.includes(text) ? ok(text) : fail(`must be one of ${spec.oneOf.join(', ')}`)
    case 'switch': {
      const value = Object.hasOwn(switchWords, text) ? switchWords[text] : undefined
      return value === undefined ? fail('must be true or false') : ok(value)
    }
    case 'duration': {
      const value = parseDuration(text)
      return value.ok ? value : fail(`must be a length of time such as 15s or 1m30s: ${value.error}`)
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
    const flag = `${spec.short === undefined ? '' : `-${spec.short}, `}--${name}`
    const choice = spec.kind === 'text' && spec.oneOf !== undefined ? ` (${spec.oneOf.join(', ')})` : ''
    const sources = [...(spec.env === undefined ? [] : [`$${spec.env}`]), ...(spec.setting === true ? ['setting'] : [])]
    const from = sources.length === 0 ? '' : ` [${sources.join(', ')}]`
    const preset = spec.kind === 'list' ? 'may be given several times' : `default ${written(spec)}`
    return `  ${flag.padEnd(30)} ${spec.help}${choice}; ${preset}${from}`
  })
  return ['Flags:', ...lines].join('\n')
}

function written(spec: Exclude<FlagSpec, { readonly kind: 'list' }>): string {
  return spec.kind === 'duration' ? `${spec.default / 1000}s` : JSON.stringify(spec.default)
}
