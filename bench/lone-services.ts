// One Service at a time: created, seen with its address, removed.
import { setTimeout as sleep } from 'node:timers/promises'
import { type KubeClient, resources } from '../kube/client.ts'
import type { AddressWatch } from './address-watch.ts'
import { monotonicMs } from './clock.ts'
import { type ServiceOptions, webService } from './shared-lab.ts'

const pauseMs = 250

/** A Service of this class is nobody's: its address is ours to write. */
const bareClass = 'bench.example/bare'
const bareAddress = '10.99.0.250'

export interface Created {
  readonly name: string
  /** The API server's answer was here: a moment of the machine's monotonic clock. */
  readonly createdMs: number
}

export class LoneServices {
  readonly #kube: KubeClient
  readonly #watch: AddressWatch
  readonly #prefix: string
  #count = 0

  /** @param prefix what their names begin with */
  constructor(kube: KubeClient, watch: AddressWatch, prefix: string) {
    this.#kube = kube
    this.#watch = watch
    this.#prefix = prefix
  }

  async create(options?: ServiceOptions): Promise<Created> {
    this.#count += 1
    const name = `${this.#prefix}-${this.#count}`
    await sleep(pauseMs)
    await this.#kube.create(resources.services, webService(name, options))
    return { name, createdMs: monotonicMs() }
  }

  /** When the watch showed that the Service has this very address. */
  async address(name: string, wanted: string): Promise<number> {
    const { text, atMs } = await this.#watch.address(name)
    if (text !== wanted) throw new Error(`Service "${name}" got ${text} instead of ${wanted}`)
    return atMs
  }

  /** Milliseconds from the answer to the address, whichever that is. The Service is gone afterwards. */
  async served(options?: ServiceOptions): Promise<number> {
    const { name, createdMs } = await this.create(options)
    const { atMs } = await this.#watch.address(name)
    await this.remove(name)
    return atMs - createdMs
  }

  /** The floor of the same: this process writes the status itself as soon as the Service is created. */
  async bare(): Promise<number> {
    const { name, createdMs } = await this.create({ loadBalancerClass: bareClass })
    const body = { status: { loadBalancer: { ingress: [{ ip: bareAddress, ipMode: 'VIP' }] } } }
    await this.#kube.patch(resources.services, name, { namespace: 'default', patch: 'merge', subresource: 'status', body })
    const atMs = await this.address(name, bareAddress)
    await this.remove(name)
    return atMs - createdMs
  }

  async remove(name: string): Promise<void> {
    await this.#kube.remove(resources.services, name, { namespace: 'default' })
  }
}
