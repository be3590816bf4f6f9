// When a watch saw what happens to one Service: watches that were open before it existed.
import type { EndpointSlice, Service } from '../../core/objects.ts'
import { type KubeClient, resources } from '../../kube/client.ts'
import { createLogger } from '../../kube/logger.ts'
import { Reflector } from '../../kube/reflector.ts'
import { monotonicMs } from '../clock.ts'

/** Moments of the machine's monotonic clock; absent until seen. */
interface Seen {
  address?: { readonly text: string; readonly atMs: number }
  endpointsAtMs?: number
}

const namespace = 'default'

export class Sightings {
  readonly #services: Reflector<Service>
  readonly #slices: Reflector<EndpointSlice>
  readonly #seen = new Map<string, Seen>()
  readonly #waiting = new Map<string, () => void>()

  constructor(client: KubeClient) {
    const log = createLogger({ component: 'bench', level: 'none' })
    this.#services = new Reflector<Service>({ client, resource: resources.services, namespace, log })
    this.#slices = new Reflector<EndpointSlice>({ client, resource: resources.endpointSlices, namespace, log })
    this.#services.store.subscribe(({ type, object }) => {
      const text = object.status?.loadBalancer?.ingress?.[0]?.ip
      const { name } = object.metadata
      if (type === 'deleted' || text === undefined || name === undefined) return
      this.#of(name).address ??= { text, atMs: monotonicMs() }
      this.#waiting.get(name)?.()
    })
    this.#slices.store.subscribe(({ type, object }) => {
      const name = object.metadata.labels?.['kubernetes.io/service-name']
      if (type === 'deleted' || name === undefined || !(object.endpoints ?? []).some(({ conditions }) => conditions?.ready === true)) return
      this.#of(name).endpointsAtMs ??= monotonicMs()
    })
  }

  async start(): Promise<void> {
    this.#services.start()
    this.#slices.start()
    await Promise.all([this.#services.whenSynced(), this.#slices.whenSynced()])
  }

  async stop(): Promise<void> {
    await Promise.all([this.#services.stop(), this.#slices.stop()])
  }

  /** The Service's first address, and when it was seen in its status. */
  async address(name: string): Promise<{ readonly text: string; readonly atMs: number }> {
    const limit = AbortSignal.timeout(20_000)
    for (;;) {
      const { address } = this.#of(name)
      if (address !== undefined) return address
      await new Promise<void>((resolve, reject) => {
        this.#waiting.set(name, resolve)
        limit.onabort = () => reject(new Error(`Service "${name}" has had no address for 20 s`))
      })
    }
  }

  /** When ready endpoints of the Service were first seen, if they were. */
  endpointsAtMs(name: string): number | undefined {
    return this.#of(name).endpointsAtMs
  }

  #of(name: string): Seen {
    const known = this.#seen.get(name)
    if (known !== undefined) return known
    const fresh: Seen = {}
    this.#seen.set(name, fresh)
    return fresh
  }
}
