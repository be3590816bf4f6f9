// Who is on which address, as the statuses of the Services show it: kept up by one change at a time, equal to a `rebuild` at every moment.
import type { Address } from './address.ts'
import type { Policy } from './config/policy.ts'
import type { Pool } from './config/pool.ts'
import { createIpam, type Ipam } from './ipam.ts'
import type { NamespaceView } from './namespace.ts'
import type { NamespacedName } from './namespaced-name.ts'
import type { PoolPriority } from './pool-order.ts'
import { rebuild } from './rebuild.ts'
import type { ServiceView } from './service.ts'

/** What the books are built from. */
export interface OccupancySource {
  readonly poolPriority: PoolPriority
  pools(): readonly Pool[]
  policies(): readonly Policy[]
  reserved(): readonly Address[]
  services(): readonly ServiceView[]
  namespaceOf(name: string): NamespaceView
}

export class Occupancy {
  readonly #source: OccupancySource
  #ipam: Ipam | undefined
  /** Services show one address that they may not share: who has it depends on their age, which only a rebuild looks at. The controller soon settles it. */
  #isContested = false

  constructor(source: OccupancySource) {
    this.#source = source
  }

  /** Pools, policies, Nodes or Namespaces changed: everything is read again when somebody asks. */
  outdate(): void {
    this.#ipam = undefined
  }

  /** The Service is as shown now. */
  put(service: ServiceView): void {
    if (this.#isContested) this.outdate()
    this.#ipam?.release(service.key)
    if (service.isLoadBalancer && service.held.length > 0) this.#enter(service)
  }

  drop(key: NamespacedName): void {
    if (this.#isContested) this.outdate()
    this.#ipam?.release(key)
  }

  /** To be asked, not to be changed. */
  get ipam(): Ipam {
    if (this.#ipam !== undefined) return this.#ipam
    const { poolPriority, ...source } = this.#source
    const ipam = createIpam(source.pools(), { poolPriority, reserved: source.reserved(), policies: source.policies() })
    const services = source.services()
    rebuild(ipam, services, (name) => source.namespaceOf(name), undefined)
    this.#isContested = services.some((service) => service.isLoadBalancer && isContested(ipam, service))
    this.#ipam = ipam
    return ipam
  }

  #enter(service: ServiceView): void {
    const ipam = this.#ipam
    if (ipam === undefined) return
    const claim = ipam.claim(service, service.held, this.#source.namespaceOf(service.namespace))
    if (!claim.ok) ipam.shut(service, service.held)
    if (isContested(ipam, service)) this.outdate()
  }
}

/** On one of its addresses there is another Service, and one of the two may not be where its status says. */
function isContested(ipam: Ipam, { key, held }: ServiceView): boolean {
  const isOut = (name: NamespacedName): boolean => ipam.allocationOf(name) === undefined
  return held.some((address) => {
    const others = ipam.holdersOf(address).filter((holder) => holder !== key)
    return others.length > 0 && [key, ...others].some(isOut)
  })
}
