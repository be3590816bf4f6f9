// The one process that holds a machine of the lab, node or router: its start, and its end as a power cut.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Host } from './links.ts'
import { mark } from './mark.ts'
import { namespacePath, placeNamespace, unwireHost, wireHost } from './network.ts'
import { identify, killProcess, type ProcessIdentity } from './process-identity.ts'
import { type LabState, updateState } from './state.ts'
import { tail, until } from './wait.ts'

/** Content by path below a machine's folder. */
export type Files = Readonly<Record<string, string>>

export function writeFiles(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content, { mode: 0o600 })
  }
}

/** A unit is a program with its arguments, one per line: keep.sh starts it as it stands, no shell reads it. */
export function unit(argv: readonly string[]): string {
  return `${argv.join('\n')}\n`
}

export function logFile(folder: string, program: string): string {
  return join(folder, 'log', `${program}.log`)
}

export interface Holding {
  /** Run as `bash SCRIPT outside FOLDER` in a network namespace of its own; waits for a line before it does anything. */
  readonly script: string
  readonly folder: string
  /** The program whose log the holder's own output goes to. */
  readonly log: string
  readonly sysctls: readonly string[]
  /** Before the process may do anything. */
  readonly onRecorded?: (pid: number) => void
}

/** Starts a machine whose files are written. It outlives this process. */
export async function startHolder(lab: string, host: Host, holding: Holding): Promise<ProcessIdentity> {
  const { folder } = holding
  const logPath = logFile(folder, holding.log)
  mkdirSync(dirname(logPath), { recursive: true })
  const log = openSync(logPath, 'a')
  const child = spawn('unshare', ['--net', '--', 'bash', holding.script, 'outside', folder], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', log, log],
    // Not this process's environment: a proxy that it names is not for the machines of a lab.
    env: { PATH: process.env['PATH'], ...mark(lab) },
  })
  closeSync(log)
  await once(child, 'spawn')
  const { pid, stdin } = child
  const identity = pid === undefined ? undefined : identify(pid)
  if (identity === undefined || stdin === null) throw new Error(`${host.name} did not start: ${tail(logPath)}`)
  // From here on the process is in the record. Until it reads a line it does nothing, and without a writer to that pipe it ends.
  await updateState(lab, (state) => ({ ...state, processes: { ...state.processes, [host.name]: identity } }))
  holding.onRecorded?.(identity.pid)
  await until(
    `${host.name} to have a network namespace`,
    () => (namespaceOf(identity.pid) === namespaceOf(process.pid) ? undefined : true),
    {
      limitMs: 5000,
      everyMs: 2,
    },
  )
  await wireHost(lab, host, identity.pid, holding.sysctls)
  const link = namespacePath(placeNamespace(lab, host.name))
  rmSync(link, { force: true })
  symlinkSync(`/proc/${identity.pid}/ns/net`, link)
  stdin.end('go\n')
  child.unref()
  return identity
}

function namespaceOf(pid: number): string {
  return readlinkSync(`/proc/${pid}/ns/net`)
}

/** A power cut: resolves when the wires are gone and the process has got its SIGKILL. */
export async function killHolder(lab: string, host: Host, state: LabState): Promise<void> {
  // In this order: the kernel of a machine without power closes no connection for the programs that died with it.
  await unwireHost(lab, host)
  const identity = state.processes[host.name]
  if (identity !== undefined) killProcess(identity)
  rmSync(namespacePath(placeNamespace(lab, host.name)), { force: true })
  await updateState(lab, ({ processes, ...rest }) => {
    const { [host.name]: _, ...others } = processes
    return { ...rest, processes: others }
  })
}
