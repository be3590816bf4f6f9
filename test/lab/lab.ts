// A real Kubernetes cluster on this machine, for tests, the demo, benchmarks and people: make one, find one, use it, end it.
import { join } from 'node:path'
import type { Toolchain } from '../../tools/setup.ts'
import { kubeconfigOf } from './api.ts'
import { installProduct } from './install.ts'
import { make, reserve } from './making.ts'
import { namespacePath, namespacePlace, placeNamespace } from './network.ts'
import { importImages, killNode, startNode } from './node.ts'
import { heldPlace, labMachine, type Outcome, type Place, type RunOptions } from './place.ts'
import { isAlive } from './process-identity.ts'
import { waitReady } from './readiness.ts'
import { startRouter, waitListening } from './router.ts'
import { type LabState, labFolder, owned, readState, updateState } from './state.ts'
import { removeLab } from './teardown.ts'
import { maxNodes, type NodeOptions, type NodePlan, placesOf, planTopology, type RouterKind, type RouterPlan } from './topology.ts'
import { UsageError } from './usage-error.ts'

export interface LabOptions {
  /** Small letters, digits and hyphens, at most 20. */
  readonly name: string
  /** How many, or one entry for each; 3 by default. The first carries the control plane. */
  readonly nodes?: number | readonly NodeOptions[]
  /** Without the product. */
  readonly bare?: boolean
  /** FRR and BIRD by default. The first one carries the packets of the client `outside`; without any there is no such client. */
  readonly routers?: readonly RouterKind[]
  /** The lab outlives this process once it is up. */
  readonly keep?: boolean
  /** Ends the making: what was made is removed. */
  readonly signal?: AbortSignal
}

/** What the nodes get to run: archives that `ctr images import` takes. */
export interface LabImages {
  /** The lab's own: the sandbox of pods, and a web server that brings the layers which `bundleOnly` leaves out. */
  readonly labImages: { readonly archive: string }
  /** The product; not needed for a bare lab. */
  readonly images?: { readonly bundleOnly: string }
}

export interface LabClient {
  readonly name: string
  readonly address: string
  readonly addressV6: string
  /** The path of its network namespace. */
  readonly namespace: string
}

/** Its namespace leads nowhere while the node is off. */
export interface LabNode extends LabClient {
  /** The process that holds the node: SIGKILL to it ends all of it, with the wires in: `killNode` is a power cut. 0 while the node is off. */
  readonly pid: number
}

/** Takes any node of the LAN for a neighbour, with `nodeAsn`. */
export interface LabRouter {
  readonly name: string
  readonly kind: RouterKind
  /** On the LAN, IPv4. */
  readonly address: string
  readonly asn: number
}

/** A lab that is up. */
export interface Lab {
  readonly name: string
  /** The path of the administrator's kubeconfig. */
  readonly kubeconfig: string
  readonly nodes: readonly LabNode[]
  readonly clients: readonly LabClient[]
  readonly routers: readonly LabRouter[]
  /** Where commands run, by the name of a node, client or router. */
  place(name: string): Place
  /** Runs a program in a node, client or router. */
  exec(place: string, argv: readonly string[], options?: RunOptions): Promise<Outcome>
  kubectl(argv: readonly string[], options?: RunOptions): Promise<Outcome>
  /** A power cut: resolves when nothing of the node or router runs any more. */
  killNode(name: string): Promise<void>
  /** Switches a node or router on that is off, and waits until the one is Ready, the other listens. */
  startNode(name: string): Promise<void>
  /** Loads an archive of images into every node that is on. */
  importImages(archive: string): Promise<void>
  /** From now on the lab outlives this process. */
  keep(): Promise<void>
  down(): Promise<void>
}

const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?$/

/**
 * Makes a lab: resolves when all nodes are Ready and, unless it is bare, the product is rolled out. It belongs to this process: when the process is
 * gone and the lab was not kept, the next sweep removes it. When anything fails, what was made is removed first.
 *
 * @throws UsageError for a name or number that cannot be
 */
export async function upLab(
  options: LabOptions,
  toolchain: Toolchain,
  images: LabImages,
  progress: (line: string) => void = () => undefined,
): Promise<Lab> {
  const { name, bare = false, routers = ['frr', 'bird'] } = options
  const nodeOptions = typeof options.nodes === 'object' ? options.nodes : Array.from({ length: options.nodes ?? 3 }, () => ({}))
  if (!namePattern.test(name)) throw new UsageError(`"${name}" is no name for a lab: small letters, digits and hyphens, at most 20`)
  if (nodeOptions.length < 1 || nodeOptions.length > maxNodes)
    throw new UsageError(`a lab has 1 to ${maxNodes} nodes, not ${nodeOptions.length}`)
  if (new Set(routers).size < routers.length) throw new UsageError(`a lab has one router of each kind, not ${routers.join(', ')}`)
  const product = bare ? [] : [images.images?.bundleOnly ?? '']
  if (product.includes('')) throw new Error('a lab that is not bare needs the images of the product')

  const topology = planTopology(nodeOptions, routers)
  // Whatever fails first ends all other waiting.
  const failed = new AbortController()
  const signal = AbortSignal.any([failed.signal, ...(options.signal === undefined ? [] : [options.signal])])
  let isRecorded = false
  try {
    const state = await reserve(name, { nodeOptions, routers }, topology, toolchain, () => {
      isRecorded = true
    })
    await make(state, { topology, toolchain, labArchive: images.labImages.archive, archives: product, progress, signal })
    const lab = openLab(name)
    if (!bare) await installProduct(lab, progress, signal)
    await updateState(name, (latest) => ({ ...owned(latest, 'ready'), kept: options.keep ?? false }))
    return lab
  } catch (error) {
    failed.abort(error)
    if (isRecorded) await removeLab(name)
    throw error
  }
}

/**
 * The lab of that name, from its record.
 *
 * @throws UsageError when there is none
 */
export function openLab(name: string): Lab {
  const read = (): LabState => {
    const state = readState(name)
    if (state === undefined) throw new UsageError(`there is no lab "${name}": npm run lab -- list`)
    return state
  }
  const { kubectl, nodeOptions, routers } = read()
  const topology = planTopology(nodeOptions, routers)
  /** A node or a router. */
  const planOf = (machine: string): NodePlan | RouterPlan => {
    const plan = [...topology.nodes, ...topology.routers].find((candidate) => candidate.name === machine)
    if (plan === undefined) throw new UsageError(`lab "${name}" has no "${machine}", only ${namesOf(placesOf(topology))}`)
    return plan
  }
  const pidOf = (node: string): number => {
    const identity = read().processes[node]
    return identity !== undefined && isAlive(identity) ? identity.pid : 0
  }
  const place = (wanted: string): Place => {
    if (topology.clients.some((client) => client.name === wanted)) return namespacePlace(name, wanted)
    const pid = pidOf(planOf(wanted).name)
    if (pid === 0) throw new UsageError(`${wanted} is off: npm run lab -- start-node ${wanted} --name ${name}`)
    return heldPlace(name, wanted, pid)
  }
  const seen = (one: { readonly name: string; readonly address: string; readonly addressV6: string }): LabClient => ({
    name: one.name,
    address: one.address,
    addressV6: one.addressV6,
    namespace: namespacePath(placeNamespace(name, one.name)),
  })
  return {
    name,
    kubeconfig: kubeconfigOf(name),
    get nodes() {
      return topology.nodes.map((node) => ({ ...seen(node), pid: pidOf(node.name) }))
    },
    clients: topology.clients.map(seen),
    routers: topology.routers.map(({ kind, address, asn, ...router }) => ({ name: router.name, kind, address, asn })),
    place,
    exec: async (wanted, argv, options) => place(wanted).run(argv, options),
    kubectl: (argv, options) =>
      labMachine(name).run([kubectl, ...argv], {
        ...options,
        env: { ...options?.env, KUBECONFIG: kubeconfigOf(name), KUBECACHEDIR: join(labFolder(name), 'kubectl') },
      }),
    killNode: (node) => killNode(name, planOf(node), read()),
    startNode: async (node) => {
      const plan = planOf(node)
      if (pidOf(node) !== 0) throw new UsageError(`${node} is on`)
      // Whoever cut its power may have left its wires and control groups.
      await killNode(name, plan, read())
      if (isRouter(plan)) {
        await waitListening(name, plan, (await startRouter(name, plan)).pid)
        return
      }
      const since = Date.now()
      await startNode(name, plan)
      const controlPlane = topology.nodes[0] ?? plan
      await waitReady(name, { nodes: [plan], controlPlane, since, progress: () => undefined })
    },
    importImages: async (archive) => {
      const on = topology.nodes.map((node) => ({ node: node.name, pid: pidOf(node.name) })).filter(({ pid }) => pid !== 0)
      await Promise.all(on.map(({ node, pid }) => importImages(name, node, pid, [archive])))
    },
    keep: async () => {
      await updateState(name, (latest) => ({ ...latest, kept: true }))
    },
    down: () => removeLab(name),
  }
}

function isRouter(plan: NodePlan | RouterPlan): plan is RouterPlan {
  return 'kind' in plan
}

function namesOf(list: readonly { readonly name: string }[]): string {
  return list.map((one) => one.name).join(', ')
}
