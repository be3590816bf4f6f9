// A real Kubernetes cluster on this machine, for tests, the demo, benchmarks and people: make one, find one, use it, end it.
import { existsSync, writeFileSync } from 'node:fs'
import type { Toolchain } from '../../tools/setup.ts'
import { type Api, connectApi, kubeconfigOf } from './api.ts'
import { labGroups, readHierarchies } from './cgroup.ts'
import { clientPlace, findUplink, makeNetwork, makeUplink, namespacePath, outerNamespace, placeNamespace } from './network.ts'
import { importImages, killNode, nodeLog, startNode, writeNodeFiles } from './node.ts'
import { nodeFiles, programList } from './node-files.ts'
import { issuePki, kubeconfig } from './pki.ts'
import { machine, nodePlace, type Outcome, type Place, type RunOptions } from './place.ts'
import { ownIdentity } from './process-identity.ts'
import { bootId, type LabState, labFolder, owned, readState, readStates, updateState, withMachineLock, writeState } from './state.ts'
import { removeLab } from './teardown.ts'
import { maxNodes, type NodeOptions, type NodePlan, planTopology, type Topology } from './topology.ts'
import { tail, until } from './wait.ts'

export interface LabOptions {
  /** Small letters, digits and hyphens, at most 20. */
  readonly name: string
  /** How many, or one entry for each; 3 by default. The first carries the control plane. */
  readonly nodes?: number | readonly NodeOptions[]
}

/** What the nodes get to run: archives that `ctr images import` takes. */
export interface LabImages {
  /** The lab's own: the sandbox of pods and a web server. */
  readonly labImages: { readonly archive: string }
}

export interface LabNode {
  readonly name: string
  readonly address: string
  readonly addressV6: string
  /** The process that holds the node, SIGKILL to it is a power cut; 0 while the node is off. */
  readonly pid: number
  /** The path of its network namespace; leads nowhere while the node is off. */
  readonly namespace: string
}

export interface LabClient {
  readonly name: string
  readonly address: string
  readonly addressV6: string
  readonly namespace: string
}

/** A lab that is up. */
export interface Lab {
  readonly name: string
  /** The path of the administrator's kubeconfig. */
  readonly kubeconfig: string
  readonly nodes: readonly LabNode[]
  readonly clients: readonly LabClient[]
  readonly routers: readonly never[]
  /** Where commands run: the name of a node or client. */
  place(name: string): Place
  /** Runs a program in a node or client. */
  exec(place: string, argv: readonly string[], options?: RunOptions): Promise<Outcome>
  kubectl(argv: readonly string[], options?: RunOptions): Promise<Outcome>
  /** A power cut: resolves when nothing of the node runs any more. */
  killNode(name: string): Promise<void>
  /** Switches a node on that is off, and waits until it is Ready. */
  startNode(name: string): Promise<void>
  /** From now on the lab outlives this process. */
  keep(): Promise<void>
  down(): Promise<void>
}

export type Progress = (line: string) => void

const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?$/

/**
 * Makes a lab without the product: resolves when all nodes are Ready and have all images. It belongs to this process: when the process is gone and
 * the lab was not kept, the next sweep removes it. When anything fails, what was made is removed.
 */
export async function upLab(
  options: LabOptions,
  toolchain: Toolchain,
  images: LabImages,
  progress: Progress = () => undefined,
): Promise<Lab> {
  const nodeOptions = typeof options.nodes === 'object' ? options.nodes : Array.from({ length: options.nodes ?? 3 }, () => ({}))
  if (!namePattern.test(options.name))
    throw new Error(`"${options.name}" is no name for a lab: small letters, digits and hyphens, at most 20`)
  if (nodeOptions.length < 1 || nodeOptions.length > maxNodes)
    throw new Error(`a lab has 1 to ${maxNodes} nodes, not ${nodeOptions.length}`)
  const topology = planTopology(nodeOptions)
  const state = await reserve(options.name, nodeOptions, topology, toolchain)
  try {
    await make(state, topology, toolchain, images, progress)
    await updateState(options.name, (latest) => ({ ...latest, phase: 'ready' }))
  } catch (error) {
    await removeLab(options.name)
    throw error
  }
  return openLab(options.name)
}

/** Writes the record and takes an uplink, at once for the whole machine. */
function reserve(name: string, nodeOptions: readonly NodeOptions[], topology: Topology, toolchain: Toolchain): Promise<LabState> {
  return withMachineLock(async () => {
    if (readState(name) !== undefined)
      throw new Error(`there is a lab "${name}" already: end it first (npm run lab -- down --name ${name}) or choose another name`)
    const namespaces = [outerNamespace(name), ...[...topology.clients, ...topology.nodes].map((place) => placeNamespace(name, place.name))]
    const cgroups = labGroups(name, readHierarchies())
    const foreign = [...namespaces.map(namespacePath), ...cgroups].find((path) => existsSync(path))
    if (foreign !== undefined)
      throw new Error(`${foreign} exists, but no lab "${name}" is recorded below ${labFolder('')}: is METALLB_LAB_ROOT another one?`)
    const uplink = await findUplink(readStates())
    const state: LabState = {
      name,
      boot: bootId(),
      phase: 'making',
      owner: ownIdentity(),
      kept: false,
      uplink,
      nodeOptions,
      namespaces,
      cgroups,
      processes: {},
      kubectl: toolchain.binaries.kubectl,
    }
    writeState(state)
    await makeUplink(name, uplink)
    return state
  })
}

async function make(state: LabState, topology: Topology, toolchain: Toolchain, images: LabImages, progress: Progress): Promise<void> {
  const { name, uplink } = state
  progress(`lab "${name}": ${topology.nodes.length} nodes`)
  const [pki] = await Promise.all([issuePki(topology.nodes, uplink.labAddress), makeNetwork(name, uplink, topology)])
  writeFileSync(kubeconfigOf(name), kubeconfig(`https://${uplink.labAddress}:6443`, pki.authority, pki.admin), { mode: 0o600 })
  const programs = programList(programNames(toolchain))
  for (const node of topology.nodes) writeNodeFiles(name, node.name, { ...nodeFiles(node, pki), programs })
  await Promise.all(
    topology.nodes.map(async (node) => {
      const { pid } = await startNode(name, node)
      await importImages(name, node.name, pid, images.labImages.archive)
      progress(`${node.name}: has all images`)
    }),
  )
  await waitReady(name, topology.nodes, progress)
}

function programNames({ binaries }: Toolchain): Readonly<Record<string, string>> {
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

interface NodeObject {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly lastHeartbeatTime: string }[]
  }
}

/** Waits for the API server, labels the nodes (some labels a node may not give itself) and waits until they are Ready. */
async function waitReady(lab: string, nodes: readonly NodePlan[], progress: Progress): Promise<void> {
  const api = connectApi(lab)
  const first = nodes[0]?.name ?? ''
  try {
    await until('the API server', async () => (await api.get('/readyz')) === 'ok' || undefined, {
      limitMs: 60_000,
      everyMs: 100,
      evidence: () => ['node', 'etcd', 'kube-apiserver'].map((program) => tail(nodeLog(lab, first, program))).join('\n'),
    })
    progress('the API server is ready')
    await Promise.all(nodes.map((node) => waitNode(lab, api, node, () => true).then(() => progress(`${node.name}: Ready`))))
  } finally {
    api.close()
  }
}

async function waitNode(lab: string, api: Api, node: NodePlan, test: (object: NodeObject) => boolean): Promise<void> {
  const path = `/api/v1/nodes/${node.name}`
  const options = {
    limitMs: 60_000,
    everyMs: 100,
    evidence: () => ['node', 'containerd', 'kubelet'].map((program) => tail(nodeLog(lab, node.name, program))).join('\n'),
  }
  await until(`${node.name} to register`, () => api.patch(path, { metadata: { labels: node.labels } }), options)
  const isReady = async (): Promise<true | undefined> => {
    const object = (await api.get(path)) as NodeObject
    return (object.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') && test(object)) || undefined
  }
  await until(`${node.name} to be Ready`, isReady, options)
}

/** The lab of that name, from its record. */
export async function openLab(name: string): Promise<Lab> {
  const state = readState(name)
  if (state === undefined) throw new Error(`there is no lab "${name}": npm run lab -- list`)
  const topology = planTopology(state.nodeOptions)
  const recorded = (): LabState => readState(name) ?? state
  const pidOf = (node: string): number => recorded().processes[node]?.pid ?? 0
  const planOf = (node: string): NodePlan => {
    const plan = topology.nodes.find((candidate) => candidate.name === node)
    if (plan === undefined) throw new Error(`lab "${name}" has no node "${node}", only ${topology.nodes.map((one) => one.name).join(', ')}`)
    return plan
  }
  const place = (wanted: string): Place => {
    if (topology.clients.some((client) => client.name === wanted)) return clientPlace(name, wanted)
    const pid = pidOf(planOf(wanted).name)
    if (pid === 0) throw new Error(`${wanted} is off: npm run lab -- start-node ${wanted} --name ${name}`)
    return nodePlace(wanted, pid)
  }
  return {
    name,
    kubeconfig: kubeconfigOf(name),
    get nodes() {
      return topology.nodes.map((node) => ({
        name: node.name,
        address: node.address,
        addressV6: node.addressV6,
        pid: pidOf(node.name),
        namespace: namespacePath(placeNamespace(name, node.name)),
      }))
    },
    clients: topology.clients.map((client) => ({
      name: client.name,
      address: client.address,
      addressV6: client.addressV6,
      namespace: namespacePath(placeNamespace(name, client.name)),
    })),
    routers: [],
    place,
    exec: async (wanted, argv, options) => place(wanted).run(argv, options),
    kubectl: (argv, options) =>
      machine.run([state.kubectl, ...argv], { ...options, env: { ...options?.env, KUBECONFIG: kubeconfigOf(name) } }),
    killNode: (node) => killNode(name, planOf(node), recorded()),
    startNode: async (node) => {
      if (pidOf(planOf(node).name) !== 0) throw new Error(`${node} is on`)
      await startNode(name, planOf(node))
      await waitReady(name, [planOf(node)], () => undefined)
    },
    keep: async () => {
      await updateState(name, (latest) => ({ ...owned(latest, 'ready'), kept: true }))
    },
    down: () => removeLab(name),
  }
}
