// ServiceBGPStatus objects: to which peers this node means to announce a Service. One object for each Service and node, owned by the speaker's Pod.
import { joinName, type NamespacedName, splitName } from '../../core/namespaced-name.ts'
import { ApiError } from '../../kube/api-error.ts'
import type { KubeClient } from '../../kube/client.ts'
import type { Logger } from '../../kube/logger.ts'
import { WorkQueue } from '../../kube/queue.ts'
import { resources } from '../../kube/resources.ts'
import type { Store } from '../../kube/store.ts'
import type { ServiceBGPStatus } from '../../schemas/generated/types.ts'

export const statusLabels = {
  node: 'metallb.io/node',
  serviceName: 'metallb.io/service-name',
  serviceNamespace: 'metallb.io/service-namespace',
} as const

export interface BgpStatusOptions {
  readonly client: KubeClient
  readonly node: string
  readonly namespace: string
  /** So that the objects go with it; undefined outside of a Pod. */
  readonly pod: { readonly name: string; readonly uid: string } | undefined
  /** Those of this node. */
  readonly statuses: Store<ServiceBGPStatus>
  readonly log: Logger
}

export class BgpStatusWriter {
  readonly #options: BgpStatusOptions
  readonly #wanted = new Map<NamespacedName, readonly string[]>()
  /** What the API server has, by Service and by name of the object. */
  readonly #objects = new Map<NamespacedName, Map<string, ServiceBGPStatus>>()
  readonly #queue: WorkQueue
  #isStarted = false

  constructor(options: BgpStatusOptions) {
    this.#options = options
    this.#queue = new WorkQueue({ process: (key) => this.#write(key as NamespacedName), concurrency: 4, log: options.log })
  }

  /** @param peers sorted; none: there is to be no object */
  want(service: NamespacedName, peers: readonly string[]): void {
    if (peers.length === 0) this.#wanted.delete(service)
    else this.#wanted.set(service, peers)
    if (this.#isStarted) this.#queue.add(service)
  }

  /** Call it once every Service has been looked at: before that, what an earlier speaker of this node wrote would go and come again. */
  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    for (const service of this.#wanted.keys()) this.#queue.add(service)
    this.#options.statuses.subscribe(({ type, object }) => {
      const service = serviceOf(object)
      if (service === undefined) return
      this.#note(service, object, type !== 'deleted')
      this.#queue.add(service)
    })
  }

  stop(): Promise<void> {
    return this.#queue.stop()
  }

  /** From the watch, and from the answers to our own writes: the watch may come after the next wish. */
  #note(service: NamespacedName, object: ServiceBGPStatus, exists: boolean): void {
    const objects = this.#objects.get(service) ?? new Map<string, ServiceBGPStatus>()
    if (exists) objects.set(object.metadata.name ?? '', object)
    else objects.delete(object.metadata.name ?? '')
    if (objects.size === 0) this.#objects.delete(service)
    else this.#objects.set(service, objects)
  }

  /** Makes the objects of one Service what they should be. */
  async #write(service: NamespacedName): Promise<void> {
    const { client, namespace } = this.#options
    const peers = this.#wanted.get(service)
    const [first, ...more] = this.#objects.get(service)?.values() ?? []
    for (const object of peers === undefined && first !== undefined ? [first, ...more] : more) {
      await client.remove(resources.serviceBgpStatuses, object.metadata.name ?? '', { namespace }).catch(unlessGone)
      this.#note(service, object, false)
    }
    if (peers === undefined) return
    if (first === undefined) await this.#create(service, peers)
    else if (first.status?.peers?.join() !== peers.join() || first.status.node !== this.#options.node)
      await this.#patch(first, service, peers)
  }

  async #create(service: NamespacedName, peers: readonly string[]): Promise<void> {
    const { client, node, namespace, pod } = this.#options
    const { name, namespace: serviceNamespace } = splitName(service)
    const labels = { [statusLabels.node]: node, [statusLabels.serviceName]: name, [statusLabels.serviceNamespace]: serviceNamespace }
    const ownerReferences = pod === undefined ? [] : [{ apiVersion: 'v1', kind: 'Pod', name: pod.name, uid: pod.uid }]
    const created = await client.create<ServiceBGPStatus>(
      resources.serviceBgpStatuses,
      {
        apiVersion: 'metallb.io/v1beta1',
        kind: 'ServiceBGPStatus',
        metadata: { generateName: 'bgp-', namespace, labels, ownerReferences },
        spec: {},
      },
      { namespace },
    )
    this.#note(service, created, true)
    await this.#patch(created, service, peers)
  }

  async #patch(object: ServiceBGPStatus, service: NamespacedName, peers: readonly string[]): Promise<void> {
    const { client, node, namespace } = this.#options
    const { name: serviceName, namespace: serviceNamespace } = splitName(service)
    const patched = await client.patch<ServiceBGPStatus>(resources.serviceBgpStatuses, object.metadata.name ?? '', {
      namespace,
      patch: 'merge',
      subresource: 'status',
      body: { status: { node, serviceName, serviceNamespace, peers } },
    })
    this.#note(service, patched, true)
  }
}

function serviceOf({ metadata }: ServiceBGPStatus): NamespacedName | undefined {
  const name = metadata.labels?.[statusLabels.serviceName]
  return name === undefined ? undefined : joinName(metadata.labels?.[statusLabels.serviceNamespace], name)
}

function unlessGone(error: unknown): void {
  if (!(error instanceof ApiError) || error.status !== 404) throw error
}
