// Makes what a record says: from nothing to nodes that are Ready and have their images.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Toolchain } from '../../tools/setup.ts'
import { kubeconfigOf } from './api.ts'
import { labGroups, readHierarchies } from './cgroup.ts'
import { writeFiles } from './holder.ts'
import { prepareStore, seedStore } from './image-store.ts'
import { findNetnsFolder } from './netns-folder.ts'
import { findUplink, makeNetwork, makeUplink, namespacePath, outerNamespace, placeNamespace } from './network.ts'
import { importImages, nodeFolder, startNode } from './node.ts'
import { nodeFiles, programList } from './node-files.ts'
import { issuePki, kubeconfig } from './pki.ts'
import { ownIdentity } from './process-identity.ts'
import { waitReady } from './readiness.ts'
import { startRouter, waitListening } from './router.ts'
import { bootId, type LabState, labRoot, readState, readStates, withMachineLock, writeState } from './state.ts'
import { type NodePlan, placesOf, type Topology } from './topology.ts'
import { UsageError } from './usage-error.ts'

export interface Making {
  readonly topology: Topology
  readonly toolchain: Toolchain
  /** The lab's own images. */
  readonly labArchive: string
  /** Archives with more images for each node; they may leave out layers of the lab's own. */
  readonly archives: readonly string[]
  readonly progress: (line: string) => void
  readonly signal: AbortSignal
}

/** Writes the record of a new lab, which belongs to this process, and takes an uplink: nobody else on the machine can take the same. */
export function reserve(
  name: string,
  { nodeOptions, routers }: Pick<LabState, 'nodeOptions' | 'routers'>,
  topology: Topology,
  toolchain: Toolchain,
  onRecorded: () => void,
): Promise<LabState> {
  return withMachineLock(async () => {
    if (readState(name) !== undefined) {
      throw new UsageError(`there is a lab "${name}" already: end it (npm run lab -- down --name ${name}) or choose another name`)
    }
    const namespaces = [outerNamespace(name), ...placesOf(topology).map((place) => placeNamespace(name, place.name))]
    const cgroups = labGroups(name, readHierarchies())
    const foreign = [...namespaces.map(namespacePath), ...cgroups].find((path) => existsSync(path))
    if (foreign !== undefined) {
      throw new UsageError(
        `${foreign} exists, but ${labRoot()} holds no lab "${name}": it was made with another METALLB_LAB_ROOT; choose another name`,
      )
    }
    const others = readStates()
    const state: LabState = {
      name,
      boot: bootId(),
      phase: 'making',
      owner: ownIdentity(),
      kept: false,
      uplink: await findUplink(others),
      netnsBefore: others[0]?.netnsBefore ?? findNetnsFolder(),
      nodeOptions,
      routers,
      namespaces,
      cgroups,
      processes: {},
      kubectl: toolchain.binaries.kubectl,
    }
    writeState(state)
    onRecorded()
    await makeUplink(name, state.uplink)
    return state
  })
}

/** Resolves when all nodes are Ready and have all images. */
export async function make({ name, uplink }: LabState, making: Making): Promise<void> {
  const { topology, toolchain, progress, signal } = making
  const [controlPlane] = topology.nodes
  if (controlPlane === undefined) throw new Error('a lab without nodes')
  const since = Date.now()
  progress(`lab "${name}": starting ${topology.nodes.length === 1 ? 'a node' : `${topology.nodes.length} nodes`}`)
  const [pki, store] = await allEnded([
    issuePki(topology.nodes, uplink.labAddress),
    prepareStore(making.labArchive, toolchain.cache, progress),
    makeNetwork(name, uplink, topology),
  ])
  writeFileSync(kubeconfigOf(name), kubeconfig(`https://${uplink.labAddress}:6443`, pki.authority, pki.admin), { mode: 0o600 })
  const programs = programList(programPaths(toolchain))
  for (const node of topology.nodes) writeFiles(nodeFolder(name, node.name), { ...nodeFiles(node, pki), programs })
  await allEnded(topology.nodes.map((node) => seedStore(store, join(nodeFolder(name, node.name), 'var-lib/containerd'))))

  const processes = await allEnded([
    ...topology.nodes.map((node) => startNode(name, node)),
    ...topology.routers.map((router) => startRouter(name, router)),
  ])
  signal.throwIfAborted()
  const give = async (node: NodePlan, index: number): Promise<void> => {
    await importImages(name, node.name, processes[index]?.pid ?? 0, making.archives, signal)
    progress(`${node.name}: has its images`)
  }
  await Promise.all([
    ...topology.nodes.map((node, index) => give(node, index)),
    waitReady(name, { nodes: topology.nodes, controlPlane, since, progress, signal }),
    ...topology.routers.map((router, index) => waitListening(name, router, processes[topology.nodes.length + index]?.pid ?? 0, signal)),
  ])
}

/** Promise.all that fails late: while one of them still makes things, nobody may begin to remove them. */
async function allEnded<const T extends readonly Promise<unknown>[]>(promises: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(promises)
  return await Promise.all(promises)
}

function programPaths({ binaries }: Toolchain): Readonly<Record<string, string>> {
  return {
    etcd: binaries.etcd,
    'kube-apiserver': binaries.kubeApiserver,
    'kube-controller-manager': binaries.kubeControllerManager,
    'kube-scheduler': binaries.kubeScheduler,
    kubelet: binaries.kubelet,
    'kube-proxy': binaries.kubeProxy,
    kubectl: binaries.kubectl,
  }
}
