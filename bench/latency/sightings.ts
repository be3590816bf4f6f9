// When a watch saw what happens to one Service: watches that were open before it existed.
import type { EndpointSlice } from '../../core/objects.ts'
import { type KubeClient, resources } from '../../kube/client.ts'
import { createLogger } from '../../kube/logger.ts'
import { Reflector } from '../../kube/reflector.ts'
import { AddressWatch } from '../address-watch.ts'
import { monotonicMs } from '../clock.ts'

const namespace = 'default'

export class Sightings {
  readonly addresses: AddressWatch
  readonly #slices: Reflector<EndpointSlice>
  readonly #endpointsAtMs = new Map<string, number>()

  /** @param signal ends all waiting */
  constructor(client: KubeClient, signal: AbortSignal) {
    const log = createLogger({ component: 'bench', level: 'none' })
    this.addresses = new AddressWatch(client, namespace, signal)
    this.#slices = new Reflector<EndpointSlice>({ client, resource: resources.endpointSlices, namespace, log })
    this.#slices.store.subscribe(({ type, object }) => {
      const name = object.metadata.labels?.['kubernetes.io/service-name']
      if (type === 'deleted' || name === undefined || !(object.endpoints ?? []).some(({ conditions }) => conditions?.ready === true)) return
      if (!this.#endpointsAtMs.has(name)) this.#endpointsAtMs.set(name, monotonicMs())
    })
  }

  async start(): Promise<void> {
    this.#slices.start()
    await Promise.all([this.addresses.start(), this.#slices.whenSynced()])
  }

  async stop(): Promise<void> {
    await Promise.all([this.addresses.stop(), this.#slices.stop()])
  }

  /** When ready endpoints of the Service were first seen, if they were: a moment of the machine's monotonic clock. */
  endpointsAtMs(name: string): number | undefined {
    return this.#endpointsAtMs.get(name)
  }
}
