// A node's life: start, power cut, images.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { enterGroups, isUnified, makeNodeGroups, readHierarchies, removeGroups } from './cgroup.ts'
import { mark } from './mark.ts'
import { namespacePath, placeNamespace, unwireNode, wireNode } from './network.ts'
import type { Files } from './node-files.ts'
import { nodePlace } from './place.ts'
import { identify, killProcess, type ProcessIdentity } from './process-identity.ts'
import { type LabState, labFolder, updateState } from './state.ts'
import type { NodePlan } from './topology.ts'
import { tail, until } from './wait.ts'

const script = join(import.meta.dirname, 'node.sh')

export function nodeFolder(lab: string, node: string): string {
  return join(labFolder(lab), 'nodes', node)
}

export function nodeLog(lab: string, node: string, program: string): string {
  return join(nodeFolder(lab, node), 'log', `${program}.log`)
}

export function writeNodeFiles(lab: string, node: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(nodeFolder(lab, node), path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content, { mode: 0o600 })
  }
}

/** Starts a node whose files are written. It outlives this process. */
export async function startNode(lab: string, node: NodePlan): Promise<ProcessIdentity> {
  const folder = nodeFolder(lab, node.name)
  const hierarchies = readHierarchies()
  const groups = makeNodeGroups(lab, node.name, hierarchies)
  if (isUnified(hierarchies)) writeFileSync(join(folder, 'leaf'), join(groups[0] ?? '', 'init'))
  mkdirSync(join(folder, 'log'), { recursive: true })
  const log = openSync(nodeLog(lab, node.name, 'node'), 'a')
  const child = spawn('unshare', ['--net', '--', 'bash', script, 'outside', folder], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', log, log],
    // Not this process's environment: a proxy that it names is not for the nodes.
    env: { PATH: process.env['PATH'], ...mark(lab) },
  })
  closeSync(log)
  await once(child, 'spawn')
  const { pid, stdin } = child
  const identity = pid === undefined ? undefined : identify(pid)
  if (identity === undefined || stdin === null) throw new Error(`${node.name} did not start: ${tail(nodeLog(lab, node.name, 'node'))}`)
  // From here on the process is in the record. Until it reads a line it does nothing, and without a writer to that pipe it ends.
  await updateState(lab, (state) => ({ ...state, processes: { ...state.processes, [node.name]: identity } }))
  enterGroups(groups, identity.pid)
  await until(
    `${node.name} to have a network namespace`,
    () => (namespaceOf(identity.pid) === namespaceOf(process.pid) ? undefined : true),
    {
      limitMs: 5000,
      everyMs: 2,
    },
  )
  await wireNode(lab, node, identity.pid)
  const link = namespacePath(placeNamespace(lab, node.name))
  rmSync(link, { force: true })
  symlinkSync(`/proc/${identity.pid}/ns/net`, link)
  stdin.end('go\n')
  child.unref()
  return identity
}

function namespaceOf(pid: number): string {
  return readlinkSync(`/proc/${pid}/ns/net`)
}

/** A power cut: resolves when nothing of the node runs and its wires are gone. */
export async function killNode(lab: string, node: NodePlan, state: LabState): Promise<void> {
  const identity = state.processes[node.name]
  if (identity !== undefined) killProcess(identity)
  await unwireNode(lab, node)
  await removeGroups(state.cgroups.map((group) => join(group, node.name)))
  rmSync(namespacePath(placeNamespace(lab, node.name)), { force: true })
  await updateState(lab, ({ processes, ...rest }) => {
    const { [node.name]: _, ...others } = processes
    return { ...rest, processes: others }
  })
}

/** Loads archives of images into a running node, in this order: a later one may leave out layers that an earlier one brought. */
export async function importImages(
  lab: string,
  node: string,
  pid: number,
  archives: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  await until(`containerd of ${node}`, () => existsSync(`/proc/${pid}/root/run/containerd/containerd.sock`) || undefined, {
    limitMs: 20_000,
    everyMs: 20,
    signal,
    evidence: () => [tail(nodeLog(lab, node, 'node')), tail(nodeLog(lab, node, 'containerd'))].join('\n'),
  })
  const place = nodePlace(lab, node, pid)
  for (const archive of archives) {
    await place.must(['ctr', '--namespace', 'k8s.io', 'images', 'import', '-'], { input: { file: archive }, limitMs: 120_000, signal })
  }
}
