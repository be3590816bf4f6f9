// What every binary does around its own work: read flags and settings, say in one line why it cannot start, find its namespace.
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { wordsOf } from './api-error.ts'
import { type FlagTable, type FlagValues, parseFlags } from './flags.ts'
import { createLogger, type Logger, type LogLevel, logLevels } from './logger.ts'
import { readSettings, type Settings, settingFlags, settingsFolder } from './settings.ts'

/** The flags that all binaries share, with the same meaning in each. */
export const commonFlags = {
  namespace: { kind: 'text', default: '', env: 'METALLB_NAMESPACE', help: "namespace of MetalLB; the Pod's own when not set" },
  'lb-class': settingFlags['lb-class'],
  'lb-class-default': settingFlags['lb-class-default'],
  'log-level': { kind: 'text', default: 'info', oneOf: logLevels, help: 'all, debug, info, warn, error or none' },
} as const

const namespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace'

/** Runs a binary with its flags and a logger. Wrong flags and a start that fails end the process with one line on stderr that says what to change. */
export async function runProgram<T extends FlagTable & Pick<typeof commonFlags, 'log-level'>>(
  name: string,
  table: T,
  run: (flags: FlagValues<T>, log: Logger) => Promise<void>,
): Promise<void> {
  try {
    const settings = readSettings(settingsFolder)
    const flags = parseFlags(table, process.argv.slice(2), process.env, settings.values)
    if (!flags.ok) {
      const stream = flags.error.exitCode === 0 ? process.stdout : process.stderr
      stream.write(`${flags.error.message}\n`)
      process.exitCode = flags.error.exitCode
      return
    }
    const log = createLogger({ component: name, level: flags.value['log-level'] as LogLevel })
    tellSettings(flags.value, settings, log)
    await run(flags.value, log)
  } catch (error) {
    process.stderr.write(`${name}: ${wordsOf(error)}\n`)
    process.exit(1)
  }
}

/** What all binaries should agree on stands in the log of each. */
function tellSettings(flags: Readonly<Record<string, unknown>>, { warnings }: Settings, log: Logger): void {
  for (const reason of warnings) log.warn({ event: 'settingUnknown' }, reason)
  const values = Object.keys(settingFlags).flatMap((name) => (Object.hasOwn(flags, name) ? [[name, flags[name]] as const] : []))
  log.info({ event: 'settings', ...Object.fromEntries(values) }, 'settings')
}

/** The namespace in which MetalLB runs: what the flag says, else the Pod's own. Throws when there is neither. */
export function ownNamespace(flag: string): string {
  if (flag !== '') return flag
  try {
    return readFileSync(namespaceFile, 'utf8').trim()
  } catch (error) {
    throw new Error(`in which namespace does MetalLB run? Set --namespace or METALLB_NAMESPACE (${namespaceFile}: ${wordsOf(error)})`, {
      cause: error,
    })
  }
}
