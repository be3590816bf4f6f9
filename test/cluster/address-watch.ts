// Looks on while Services get addresses: who has which, which were double and for how long, and whose changed.
import type { Service } from '../../core/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { createLogger } from '../../kube/logger.ts'
import { Reflector } from '../../kube/reflector.ts'
import { resources } from '../../kube/resources.ts'
import { type Change, keyOf } from '../../kube/store.ts'

export interface Double {
  readonly address: string
  /** 'namespace/name', in the order in which they were seen with it. */
  readonly holders: readonly string[]
  readonly since: number
  /** Monotonic milliseconds; undefined while it lasts. */
  until?: number
}

/** An address that a Service had and has no more, while it still exists. */
export interface Loss {
  readonly service: string
  readonly before: readonly string[]
  readonly now: readonly string[]
}

export class AddressWatch {
  readonly doubles: Double[] = []
  readonly losses: Loss[] = []
  readonly #reflector: Reflector<Service>
  readonly #holders = new Map<string, Set<string>>()

  constructor(client: KubeClient) {
    const log = createLogger({ component: 'test', level: 'none' })
    this.#reflector = new Reflector<Service>({ client, log, resource: resources.services, timing: { longestPause: 200 } })
    this.#reflector.store.subscribe((change) => this.#changed(change))
  }

  async start(): Promise<void> {
    this.#reflector.start()
    await this.#reflector.whenSynced()
  }

  stop(): Promise<void> {
    return this.#reflector.stop()
  }

  /** Of the Services of that namespace, by name. */
  addresses(namespace: string): ReadonlyMap<string, readonly string[]> {
    const services = this.#reflector.store.list().filter(({ metadata }) => metadata.namespace === namespace)
    return new Map(services.map((service) => [service.metadata.name ?? '', addressesOf(service)]))
  }

  #changed(change: Change<Service>): void {
    const service = keyOf(change.object)
    const before = change.type === 'modified' ? addressesOf(change.previous) : change.type === 'deleted' ? addressesOf(change.object) : []
    const now = change.type === 'deleted' ? [] : addressesOf(change.object)
    for (const address of before) if (!now.includes(address)) this.#leave(address, service)
    for (const address of now) if (!before.includes(address)) this.#enter(address, service)
    if (change.type === 'modified' && before.some((address) => !now.includes(address))) this.losses.push({ service, before, now })
  }

  #enter(address: string, service: string): void {
    const holders = this.#holders.get(address) ?? new Set()
    this.#holders.set(address, holders.add(service))
    if (holders.size > 1) this.doubles.push({ address, holders: [...holders], since: performance.now() })
  }

  #leave(address: string, service: string): void {
    const holders = this.#holders.get(address)
    holders?.delete(service)
    const double = this.doubles.find((each) => each.address === address && each.until === undefined)
    if (double !== undefined && (holders?.size ?? 0) < 2) double.until = performance.now()
  }
}

export function addressesOf({ status }: Service): readonly string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? [])
}
