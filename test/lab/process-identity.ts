// Which process is meant: a pid alone is reused, a pid with its start time is not.
import { readFileSync } from 'node:fs'

export interface ProcessIdentity {
  readonly pid: number
  /** Field 22 of /proc/PID/stat: clock ticks between the machine's boot and the start. */
  readonly start: string
}

/**
 * Reads the text of /proc/PID/stat.
 *
 * @returns nothing for a process that has ended and only waits to be collected
 */
export function parseStat(pid: number, stat: string): ProcessIdentity | undefined {
  // The second field is the program's name in parentheses; it may contain both spaces and parentheses.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const start = rest[18]
  if (state === undefined || start === undefined || state === 'Z' || state === 'X') return undefined
  return { pid, start }
}

/** The live process of that pid, if any. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    return parseStat(pid, readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return undefined
  }
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.start === identity.start
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  const own = identify(process.pid)
  if (own === undefined) throw new Error('/proc/self/stat cannot be read: is /proc mounted?')
  return own
}

/** Sends SIGKILL, but only to the very process that is meant. */
export function killProcess(identity: ProcessIdentity): void {
  if (!isAlive(identity)) return
  try {
    process.kill(identity.pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
