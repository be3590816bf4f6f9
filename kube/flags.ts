// Command lines as Go programs read them: one or two dashes, `=value` or the next argument, environment variables as defaults.
import type { Result } from '../core/result.ts'

export type FlagSpec =
  | { readonly kind: 'text'; readonly default: string; readonly env?: string; readonly help: string; readonly oneOf?: readonly string[] }
  | {
      readonly kind: 'integer'
      readonly default: number
      readonly env?: string
      readonly help: string
      readonly min?: number
      readonly max?: number
    }
  | { readonly kind: 'switch'; readonly default: boolean; readonly env?: string; readonly help: string }

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

/** `exitCode` 0: the user asked for help, which is `message`; 2: `message` says what is wrong in one line. */
export interface FlagProblem {
  readonly exitCode: 0 | 2
  readonly message: string
}

/** @param argv without interpreter and script */
export function parseFlags<const T extends FlagTable>(
  _table: T,
  _argv: readonly string[],
  _env: Readonly<Record<string, string | undefined>>,
): Result<FlagValues<T>, FlagProblem> {
  throw new Error('written next')
}
