// Waits until the API server answers and nodes are Ready; labels the nodes on the way.
import { type Api, connectApi } from './api.ts'
import { nodeLog } from './node.ts'
import type { NodePlan } from './topology.ts'
import { tail, until, type WaitOptions } from './wait.ts'

interface NodeObject {
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly lastHeartbeatTime: string }[]
  }
}

export interface ReadinessOptions {
  /** The nodes that must be Ready. */
  readonly nodes: readonly NodePlan[]
  readonly controlPlane: NodePlan
  /** When the nodes were started, milliseconds since the epoch: what the API server knows from before a power cut does not count. */
  readonly since: number
  readonly progress: (line: string) => void
  readonly signal?: AbortSignal | undefined
}

export async function waitReady(lab: string, options: ReadinessOptions): Promise<void> {
  const { nodes, controlPlane, progress } = options
  const api = connectApi(lab)
  try {
    const look = async (): Promise<true | undefined> => (await api.get('/readyz')) === 'ok' || undefined
    await until('the API server', look, waiting(lab, controlPlane, ['node', 'etcd', 'kube-apiserver'], options))
    progress('the API server is ready')
    await Promise.all(
      nodes.map(async (node) => {
        await waitNode(lab, api, node, options)
        progress(`${node.name}: Ready`)
      }),
    )
    // Made by the controller manager, which starts after the API server: before that no pod is admitted.
    const account = (): Promise<unknown> => api.get('/api/v1/namespaces/default/serviceaccounts/default')
    await until('the ServiceAccount of the namespace default', account, waiting(lab, controlPlane, ['kube-controller-manager'], options))
  } finally {
    api.close()
  }
}

async function waitNode(lab: string, api: Api, node: NodePlan, options: ReadinessOptions): Promise<void> {
  const path = `/api/v1/nodes/${node.name}`
  const wait = waiting(lab, node, ['node', 'containerd', 'kubelet'], options)
  // Not by kubelet: it may not give its own node the labels of roles.
  await until(`${node.name} to register`, () => api.patch(path, { metadata: { labels: node.labels } }), wait)
  const since = Math.floor(options.since / 1000) * 1000
  const look = async (): Promise<true | undefined> => {
    const { conditions = [] } = ((await api.get(path)) as NodeObject).status
    return (
      conditions.some((one) => one.type === 'Ready' && one.status === 'True' && Date.parse(one.lastHeartbeatTime) >= since) || undefined
    )
  }
  await until(`${node.name} to be Ready`, look, wait)
}

function waiting(lab: string, node: NodePlan, programs: readonly string[], { signal }: ReadinessOptions): WaitOptions {
  return {
    limitMs: 60_000,
    everyMs: 100,
    evidence: () => programs.map((program) => tail(nodeLog(lab, node.name, program))).join('\n'),
    signal,
  }
}
