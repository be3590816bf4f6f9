// Logs as MetalLB's users know them: JSON lines with ts, level, caller and msg; the rest is flat fields with fixed names.
import { type DestinationStream, destination, type Logger as PinoLogger, pino } from 'pino'
import { ApiError } from './api-error.ts'

export type Logger = PinoLogger

export const logLevels = ['all', 'debug', 'info', 'warn', 'error', 'none'] as const
export type LogLevel = (typeof logLevels)[number]

const pinoLevels: Readonly<Record<LogLevel, string>> = {
  all: 'trace',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  none: 'silent',
}

/** Where a logger keeps its caller. Children inherit from their parent by prototype, so they have it too. */
const callerKey = Symbol('caller')

type Named = Logger & { [callerKey]?: string }

/**
 * A logger to standard output.
 *
 * `caller` is the part of the program that speaks ('speaker/l2'), not a line number: finding one costs a stack trace per line, and in a bundle it says nothing.
 * A line without a message gets its `event` as message.
 *
 * @param options.component `caller` of lines whose logger has no other name
 * @param options.destination for tests: gets each line
 */
export function createLogger(options: {
  readonly component: string
  readonly level: LogLevel
  readonly destination?: DestinationStream
}): Logger {
  return pino(
    {
      level: pinoLevels[options.level],
      // No pid and host: the Pod is known to whoever collects its output.
      base: null,
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: (_fields, _level, logger) => ({ caller: (logger as Named)[callerKey] ?? options.component }),
      serializers: { err: flatError },
      hooks: {
        logMethod(args, method) {
          const [fields, message] = args as readonly unknown[]
          if (message === undefined && isEvent(fields)) method.call(this, fields, fields.event)
          else method.apply(this, args)
        },
      },
    },
    // Synchronous: the last line before a crash is the one that matters.
    options.destination ?? destination({ dest: 1, sync: true }),
  )
}

/** The same logger under another `caller`, e.g. 'kube/reflector'. */
export function named(log: Logger, caller: string): Logger {
  const child: Named = log.child({})
  child[callerKey] = caller
  return child
}

/** A refusal says all in its message; for a bug the stack is what helps. */
function flatError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  return error instanceof ApiError ? error.message : (error.stack ?? error.message)
}

function isEvent(fields: unknown): fields is { readonly event: string } {
  return typeof fields === 'object' && fields !== null && 'event' in fields && typeof fields.event === 'string'
}
