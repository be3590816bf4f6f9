// What every binary does around its own work: read the flags, say in one line why it cannot start, find its namespace.
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { wordsOf } from './api-error.ts'
import { type FlagSpec, type FlagValues, parseFlags } from './flags.ts'
import { logLevels } from './logger.ts'

/** The flags that all binaries share, with the same meaning in each. */
export const commonFlags = {
  namespace: { kind: 'text', default: '', env: 'METALLB_NAMESPACE', help: "namespace of MetalLB; the Pod's own when not set" },
  'lb-class': {
    kind: 'text',
    default: '',
    env: 'METALLB_LB_CLASS',
    help: 'serve only Services of this loadBalancerClass; otherwise those without a class and of every metallb.io/* class',
  },
  'log-level': { kind: 'text', default: 'info', oneOf: logLevels, help: 'all, debug, info, warn, error or none' },
} as const

const namespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace'

/** Runs a binary with its flags. Wrong flags and a start that fails end the process with one line on stderr that says what to change. */
export async function runProgram<T extends Readonly<Record<string, FlagSpec>>>(
  name: string,
  table: T,
  run: (flags: FlagValues<T>) => Promise<void>,
): Promise<void> {
  const flags = parseFlags(table, process.argv.slice(2), process.env)
  if (!flags.ok) {
    const stream = flags.error.exitCode === 0 ? process.stdout : process.stderr
    stream.write(`${flags.error.message}\n`)
    process.exitCode = flags.error.exitCode
    return
  }
  await run(flags.value).catch((error: unknown) => {
    process.stderr.write(`${name}: ${wordsOf(error)}\n`)
    process.exit(1)
  })
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
