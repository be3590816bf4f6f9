// A node's life: start, power cut, images.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { enterGroups, isUnified, makeNodeGroups, readHierarchies, removeGroups } from './cgroup.ts'
import { killHolder, logFile, startHolder } from './holder.ts'
import type { Host } from './links.ts'
import { heldPlace } from './place.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { type LabState, labFolder } from './state.ts'
import { forwarding, type NodePlan } from './topology.ts'
import { tail, until } from './wait.ts'

const script = join(import.meta.dirname, 'node.sh')

export function nodeFolder(lab: string, node: string): string {
  return join(labFolder(lab), 'nodes', node)
}

export function nodeLog(lab: string, node: string, program: string): string {
  return logFile(nodeFolder(lab, node), program)
}

/** Starts a node whose files are written. It outlives this process. */
export function startNode(lab: string, node: NodePlan): Promise<ProcessIdentity> {
  const folder = nodeFolder(lab, node.name)
  const hierarchies = readHierarchies()
  const groups = makeNodeGroups(lab, node.name, hierarchies)
  if (isUnified(hierarchies)) writeFileSync(join(folder, 'leaf'), join(groups[0] ?? '', 'init'))
  const onRecorded = (pid: number): void => enterGroups(groups, pid)
  return startHolder(lab, node, { script, folder, log: 'node', sysctls: forwarding, onRecorded })
}

/** A power cut: resolves when nothing of the node (or router) runs and its wires are gone. */
export async function killNode(lab: string, node: Host, state: LabState): Promise<void> {
  await killHolder(lab, node, state)
  await removeGroups(state.cgroups.map((group) => join(group, node.name)))
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
  const place = heldPlace(lab, node, pid)
  for (const archive of archives) {
    await place.must(['ctr', '--namespace', 'k8s.io', 'images', 'import', '-'], { input: { file: archive }, limitMs: 120_000, signal })
  }
}
