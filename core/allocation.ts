// What a Service has, in the books of the ledger.
import type { Address } from './address.ts'
import { House } from './house.ts'
import type { NamespacedName } from './namespaced-name.ts'
import type { ServiceView } from './service.ts'
import { type Tenant, tenantOf } from './tenant.ts'

export interface Allocation {
  readonly service: NamespacedName
  readonly uid: string
  /** RFC 3339: who was first. */
  readonly createdAt: string
  /** IPv4 before IPv6; those of a family in the order in which they were asked for, or found. */
  readonly addresses: readonly Address[]
  /** The pool of each of them. */
  readonly pools: readonly string[]
  /** What decides who may share them. */
  readonly tenant: Tenant
}

const nobodys: readonly House[] = []

/** Thousands of them are held: one object is both what a Service has and who it is to others, and what follows from the places is not written down. */
export class Entry implements Allocation, Tenant {
  readonly key: NamespacedName
  readonly namespace: string
  readonly sharingKey: string | undefined
  readonly backendKey: string
  readonly ports: readonly string[]
  readonly uid: string
  readonly createdAt: string
  /** Most are on one address: that needs no list. */
  #houses: House | readonly House[] = nobodys

  constructor(service: ServiceView) {
    const { key, namespace, sharingKey, backendKey, ports } = tenantOf(service)
    this.key = key
    this.namespace = namespace
    this.sharingKey = sharingKey
    this.backendKey = backendKey
    this.ports = ports
    this.uid = service.uid
    this.createdAt = service.createdAt
  }

  get service(): NamespacedName {
    return this.key
  }

  /** Where it is, or was last. */
  get places(): readonly House[] {
    return this.#houses instanceof House ? [this.#houses] : this.#houses
  }

  moveTo(houses: readonly House[]): void {
    const [first] = houses
    this.#houses = first !== undefined && houses.length === 1 ? first : houses
  }

  get tenant(): Tenant {
    return this
  }

  get pools(): readonly string[] {
    return this.places.map(({ lane }) => lane.space.pool.name)
  }

  get addresses(): readonly Address[] {
    return this.places.map(({ address }) => address)
  }
}
