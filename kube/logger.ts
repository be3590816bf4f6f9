// Logs as MetalLB's users know them: JSON lines with ts, level, caller and msg; the rest is flat fields with fixed names.
import type { Logger as PinoLogger } from 'pino'

export type Logger = PinoLogger

export const logLevels = ['all', 'debug', 'info', 'warn', 'error', 'none'] as const
export type LogLevel = (typeof logLevels)[number]

export function createLogger(_options: {
  readonly component: string
  readonly level: LogLevel
  readonly destination?: { write(line: string): void }
}): Logger {
  throw new Error('written next')
}

/** The same logger under another `caller`, e.g. 'kube/reflector'. */
export function named(log: Logger, _caller: string): Logger {
  return log
}
