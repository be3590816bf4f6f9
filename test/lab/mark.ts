// A mark in the environment of every process that runs on behalf of a lab. When the maker of a lab is killed, a command that it had just started
// (`ip link add …`) still does its work: whoever removes the lab finds such commands by their mark, before it removes what they make.
import { readdirSync, readFileSync } from 'node:fs'
import { identify, isAlive, killProcess, type ProcessIdentity } from './process-identity.ts'
import { until } from './wait.ts'

const variable = 'METALLB_LAB_PROCESS_OF'

export function mark(lab: string): Readonly<Record<string, string>> {
  return { [variable]: lab }
}

/** Ends all processes with the mark of that lab. */
export async function endMarked(lab: string): Promise<void> {
  await until(
    `the commands of lab "${lab}" to end`,
    () => {
      const found = findMarked(lab)
      for (const identity of found) killProcess(identity)
      return found.some((identity) => isAlive(identity)) ? undefined : true
    },
    {
      limitMs: 10_000,
      everyMs: 5,
      evidence: () =>
        findMarked(lab)
          .map(({ pid }) => `process ${pid}`)
          .join('\n'),
    },
  )
}

function findMarked(lab: string): readonly ProcessIdentity[] {
  const wanted = `${variable}=${lab}`
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || pid === process.pid) return []
    const identity = identify(pid)
    return identity !== undefined && environmentOf(pid).includes(wanted) ? [identity] : []
  })
}

/** Nothing for a process that has ended and for the kernel's threads. */
function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}
