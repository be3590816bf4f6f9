// A router's life: start, and what shows that it is ready.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { logFile, startHolder, writeFiles } from './holder.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { routerFiles } from './router-files.ts'
import { labFolder } from './state.ts'
import { forwarding, type RouterPlan, spreading } from './topology.ts'
import { tail, until } from './wait.ts'

const script = join(import.meta.dirname, 'router.sh')

function routerFolder(lab: string, router: string): string {
  return join(labFolder(lab), 'routers', router)
}

/** Starts a router. It outlives this process. */
export function startRouter(lab: string, router: RouterPlan): Promise<ProcessIdentity> {
  const folder = routerFolder(lab, router.name)
  writeFiles(folder, routerFiles(router))
  return startHolder(lab, router, { script, folder, log: 'node', sysctls: [...forwarding, ...spreading] })
}

/** Resolves when a router takes neighbours. */
export async function waitListening(lab: string, router: RouterPlan, pid: number, signal?: AbortSignal): Promise<void> {
  const folder = routerFolder(lab, router.name)
  await until(`${router.name} to listen`, () => isListening(pid) || undefined, {
    limitMs: 20_000,
    everyMs: 20,
    signal,
    evidence: () => ['node', 'zebra', 'bgpd', 'bird', 'gobgpd'].map((program) => tail(logFile(folder, program))).join('\n'),
  })
}

/** Whether anything in the network namespace of that process listens on port 179 (hexadecimal in that table, as is its state). */
function isListening(pid: number): boolean {
  return ['tcp', 'tcp6'].some((table) => /:00B3 0+:0000 0A /.test(readFileSync(`/proc/${pid}/net/${table}`, 'utf8')))
}
