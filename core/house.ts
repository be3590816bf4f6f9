import type { Address, Family } from './address.ts'
import type { NamespacedName } from './namespaced-name.ts'
import type { Lane, Place } from './pool-space.ts'
import type { TenantConflict } from './refusal.ts'
import { conflictBetween, type Tenant } from './tenant.ts'

/** What is kept of several tenants, so that nobody has to look at each of them. */
interface Crowd {
  readonly tenants: Map<NamespacedName, Tenant>
  readonly ports: Map<string, Tenant>
  /** How many of each namespace. */
  readonly namespaces: Map<string, number>
}

/** An address in use and who is on it: almost always one Service. Several have the same sharing key and the same backends, and no port twice. */
export class House implements Place {
  readonly lane: Lane
  readonly value: number | bigint
  #lone: Tenant | undefined
  /** In place of the lone one. */
  #crowd: Crowd | undefined

  constructor({ lane, address }: Place) {
    this.lane = lane
    this.value = address.value
  }

  get family(): Family {
    return typeof this.value === 'number' ? 'IPv4' : 'IPv6'
  }

  /** Made anew each time: the houses are many, and who asks is done with it at once. */
  get address(): Address {
    const { value } = this
    return typeof value === 'number' ? { family: 'IPv4', value } : { family: 'IPv6', value }
  }

  get isEmpty(): boolean {
    return this.#lone === undefined && (this.#crowd === undefined || this.#crowd.tenants.size === 0)
  }

  /** Who came first stands first. */
  get keys(): readonly NamespacedName[] {
    if (this.#crowd !== undefined) return [...this.#crowd.tenants.keys()]
    return this.#lone === undefined ? [] : [this.#lone.key]
  }

  tenant(key: NamespacedName): Tenant | undefined {
    return this.#crowd === undefined ? (this.#lone?.key === key ? this.#lone : undefined) : this.#crowd.tenants.get(key)
  }

  isOf(namespace: string): boolean {
    return this.#crowd === undefined ? this.#lone?.namespace === namespace : this.#crowd.namespaces.has(namespace)
  }

  /** Whether another Service of its namespace is here. */
  hasNeighbour({ key, namespace }: Pick<Tenant, 'key' | 'namespace'>): boolean {
    if (this.#crowd === undefined) return this.#lone !== undefined && this.#lone.namespace === namespace && this.#lone.key !== key
    const isHere = this.#crowd.tenants.get(key)?.namespace === namespace
    return (this.#crowd.namespaces.get(namespace) ?? 0) > (isHere ? 1 : 0)
  }

  /** Why `tenant` may not be here; undefined when it may. It never stands in its own way. */
  conflict(tenant: Tenant): TenantConflict | undefined {
    const { address } = this
    const other = this.#other(tenant.key)
    if (other === undefined) return undefined
    const conflict = conflictBetween(address, tenant, other)
    if (this.#crowd === undefined || (conflict !== undefined && conflict.reason !== 'PortInUse')) return conflict
    for (const port of tenant.ports) {
      const holder = this.#crowd.ports.get(port)
      if (holder !== undefined && holder.key !== tenant.key) return { reason: 'PortInUse', address, by: holder.key, port }
    }
    return undefined
  }

  /** One that is not here. */
  add(tenant: Tenant): void {
    if (this.#crowd === undefined && this.#lone === undefined) {
      this.#lone = tenant
      return
    }
    this.#crowd ??= { tenants: new Map(), ports: new Map(), namespaces: new Map() }
    if (this.#lone !== undefined) join(this.#crowd, this.#lone)
    this.#lone = undefined
    join(this.#crowd, tenant)
  }

  /** One that is here. */
  remove(tenant: Tenant): void {
    this.#lone = undefined
    if (this.#crowd === undefined) return
    this.#crowd.tenants.delete(tenant.key)
    for (const port of tenant.ports) if (this.#crowd.ports.get(port) === tenant) this.#crowd.ports.delete(port)
    const left = (this.#crowd.namespaces.get(tenant.namespace) ?? 0) - 1
    if (left > 0) this.#crowd.namespaces.set(tenant.namespace, left)
    else this.#crowd.namespaces.delete(tenant.namespace)
  }

  /** Another than the one of the key. */
  #other(key: NamespacedName): Tenant | undefined {
    if (this.#crowd === undefined) return this.#lone?.key === key ? undefined : this.#lone
    for (const tenant of this.#crowd.tenants.values()) if (tenant.key !== key) return tenant
    return undefined
  }
}

function join({ tenants, ports, namespaces }: Crowd, tenant: Tenant): void {
  tenants.set(tenant.key, tenant)
  for (const port of tenant.ports) ports.set(port, tenant)
  namespaces.set(tenant.namespace, (namespaces.get(tenant.namespace) ?? 0) + 1)
}
