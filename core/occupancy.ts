// Who is on which address, as the statuses of the Services show it: kept up by one change at a time, equal to a `rebuild` at every moment.
//
// Whether a Service may have what it shows depends on its pool, its Namespace, and the older Services that show the same address. So a change touches the
// Services that it is about, and those that share an address with one of them, and so on: these alone are entered anew, oldest first.
import type { Address } from './address.ts'
import type { Policy } from './config/policy.ts'
import type { Pool } from './config/pool.ts'
import { createIpam, type Ipam } from './ipam.ts'
import type { NamespaceView } from './namespace.ts'
import type { NamespacedName } from './namespaced-name.ts'
import { connected, Outsiders } from './outsiders.ts'
import type { PoolPriority } from './pool-order.ts'
import { rebuild } from './rebuild.ts'
import type { Releases } from './releases.ts'
import type { ServiceView } from './service.ts'

/** What the books are built from. */
export interface OccupancySource {
  readonly poolPriority: PoolPriority
  /** As of now, and for the pools as they are; none when not set. */
  releases?(): Releases
  pools(): readonly Pool[]
  policies(): readonly Policy[]
  reserved(): readonly Address[]
  services(): readonly ServiceView[]
  /** One of `services`. */
  service(key: NamespacedName): ServiceView | undefined
  servicesIn(namespace: string): readonly ServiceView[]
  namespaceOf(name: string): NamespaceView
}

export class Occupancy {
  readonly #source: OccupancySource
  #ipam: Ipam | undefined
  /** Of the source, but not yet of `ipam`. */
  #isOutdated = false
  /** Services that show an address on which the books do not have them. */
  readonly #outsiders = new Outsiders()

  constructor(source: OccupancySource) {
    this.#source = source
  }

  /** Pools, policies or Nodes changed: that is looked at when somebody asks. */
  outdate(): void {
    this.#isOutdated = true
  }

  /** A Namespace changed in what decides about addresses. */
  relabel(namespace: string): void {
    if (this.#ipam === undefined) return
    for (const service of this.#source.servicesIn(namespace)) this.put(service)
  }

  /** The Service is as shown now. */
  put(service: ServiceView): void {
    if (this.#ipam !== undefined) this.#change(this.#ipam, service.key, service)
  }

  drop(key: NamespacedName): void {
    if (this.#ipam !== undefined) this.#change(this.#ipam, key, undefined)
  }

  /** The answers of the releases about these addresses may be others now. */
  review(addresses: readonly Address[]): void {
    this.#ipam?.review(addresses)
  }

  /** To be asked, not to be changed. */
  get ipam(): Ipam {
    if (this.#ipam === undefined) {
      const releases = this.#source.releases?.()
      const { poolPriority } = this.#source
      this.#ipam = createIpam([], { poolPriority, reserved: [], ...(releases === undefined ? {} : { releases }) })
      this.#reconfigure(this.#ipam)
      this.#enter(this.#ipam, this.#source.services())
    } else if (this.#isOutdated) this.#reconfigure(this.#ipam)
    this.#isOutdated = false
    return this.#ipam
  }

  #reconfigure(ipam: Ipam): void {
    const [pools, reserved, policies] = [this.#source.pools(), this.#source.reserved(), this.#source.policies()]
    const { services, comes } = ipam.affectedBy(pools)
    const touched = connected(ipam, this.#outsiders, [...services, ...this.#outsiders.where(comes)])
    this.#withdraw(ipam, touched)
    this.#source.releases?.()
    ipam.reconfigure({ pools, reserved, policies })
    this.#enter(ipam, this.#current(touched))
  }

  #change(ipam: Ipam, key: NamespacedName, service: ServiceView | undefined): void {
    const neighbours = this.#isContested(ipam, key) ? connected(ipam, this.#outsiders, [key]) : new Set([key])
    this.#withdraw(ipam, neighbours)
    neighbours.delete(key)
    this.#enter(ipam, [...this.#current(neighbours), ...(service === undefined ? [] : [service])])
    if (service === undefined || !this.#isContested(ipam, key)) return
    // Who comes to an address on which others are may be older than they.
    const met = connected(ipam, this.#outsiders, [key])
    this.#withdraw(ipam, met)
    met.delete(key)
    this.#enter(ipam, [...this.#current(met), service])
  }

  /** On one of its addresses are others, and one of them all is not where its status says. */
  #isContested(ipam: Ipam, key: NamespacedName): boolean {
    const isOut = (name: NamespacedName): boolean => ipam.allocationOf(name) === undefined
    return this.#addressesOf(ipam, key).some((address) => {
      const others = ipam.holdersOf(address).filter((holder) => holder !== key)
      const outside = this.#outsiders.at(address)
      return others.length + outside.length > 0 && (outside.length > 0 || [key, ...others].some(isOut))
    })
  }

  #addressesOf(ipam: Ipam, key: NamespacedName): readonly Address[] {
    return [...ipam.addressesOf(key), ...this.#outsiders.of(key)]
  }

  #withdraw(ipam: Ipam, keys: Iterable<NamespacedName>): void {
    for (const key of keys) {
      ipam.release(key)
      this.#outsiders.leave(key)
    }
  }

  #current(keys: Iterable<NamespacedName>): readonly ServiceView[] {
    return [...keys].flatMap((key) => this.#source.service(key) ?? [])
  }

  /** Services of which the books have nothing. */
  #enter(ipam: Ipam, services: readonly ServiceView[]): void {
    const balanced = services.filter(({ isLoadBalancer, held }) => isLoadBalancer && held.length > 0)
    rebuild(ipam, balanced, (name) => this.#source.namespaceOf(name))
    for (const { key, held } of balanced) {
      const on = ipam.allocationOf(key)?.addresses ?? []
      // What is only kept shut for it may be joined by whoever shares: of those the order decides.
      const outside = held.filter((address) => on.every(({ value }) => value !== address.value))
      if (outside.length > 0) this.#outsiders.enter(key, outside)
    }
  }
}
