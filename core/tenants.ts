// Who is on which address, and who may join: the rules of sharing.
import type { Address, Family } from './address.ts'
import type { NamespacedName } from './namespaced-name.ts'
import type { TenantConflict } from './refusal.ts'
import { ReturningMap } from './returning-map.ts'
import type { ServiceView } from './service.ts'

/** What sharing looks at in a Service. */
export interface Tenant {
  readonly key: NamespacedName
  readonly namespace: string
  readonly sharingKey?: string | undefined
  /** Empty for policy Cluster; with policy Local only Services with the same selector may share. */
  readonly backendKey: string
  /** `TCP/80` */
  readonly ports: readonly string[]
}

export function tenantOf(service: ServiceView): Tenant {
  const selector = Object.entries(service.selector).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    key: service.key,
    namespace: service.namespace,
    sharingKey: service.sharingKey,
    backendKey: service.externalTrafficPolicy === 'Local' ? JSON.stringify(selector) : '',
    ports: service.ports.map(({ protocol, port }) => `${protocol}/${port}`),
  }
}

export function sameTenant(a: Tenant, b: Tenant): boolean {
  const samePorts = a.ports.length === b.ports.length && a.ports.every((port) => b.ports.includes(port))
  return a.key === b.key && a.sharingKey === b.sharingKey && a.backendKey === b.backendKey && samePorts
}

interface House {
  readonly address: Address
  /** Almost always one. */
  tenants: readonly Tenant[]
}

/** Addresses in use. Its users ask `conflict` before they `enter`. */
export class Tenants {
  readonly #houses = new ReturningMap<number | bigint, House>()
  readonly #bySharingKey = new Map<string, Set<House>>()
  /** Distinct addresses of each namespace that has any. */
  readonly #counts = new Map<string, Record<Family, number>>()

  has(address: Address): boolean {
    return this.#houses.has(address.value)
  }

  at(address: Address): readonly NamespacedName[] {
    return this.#houses.get(address.value)?.tenants.map(({ key }) => key) ?? []
  }

  /** How many distinct addresses Services of the namespace are on. */
  count(namespace: string): Readonly<Record<Family, number>> {
    return this.#counts.get(namespace) ?? { IPv4: 0, IPv6: 0 }
  }

  /** Whether another Service of its namespace is on the address. */
  hasNeighbour(address: Address, { key, namespace }: Pick<Tenant, 'key' | 'namespace'>): boolean {
    const house = this.#houses.get(address.value)
    return house !== undefined && house.tenants.some((other) => other.namespace === namespace && other.key !== key)
  }

  /** Why `tenant` may not be on this address; undefined when it may. It never stands in its own way. */
  conflict(address: Address, tenant: Tenant): TenantConflict | undefined {
    for (const other of this.#houses.get(address.value)?.tenants ?? []) {
      const conflict = other.key === tenant.key ? undefined : conflictBetween(address, tenant, other)
      if (conflict !== undefined) return conflict
    }
    return undefined
  }

  /** Entering again replaces what the tenant was before. @returns true when the address was free */
  enter(address: Address, tenant: Tenant): boolean {
    const wasThere = this.#houses.get(address.value)?.tenants.some(({ key }) => key === tenant.key) === true
    if (wasThere) this.leave(address, tenant.key)
    const known = this.#houses.get(address.value)
    const house: House = known ?? { address, tenants: [] }
    if (known === undefined) this.#houses.set(address.value, house)
    if (!this.hasNeighbour(address, tenant)) this.#add(tenant.namespace, address.family, 1)
    house.tenants = [...house.tenants, tenant]
    if (tenant.sharingKey !== undefined) {
      const houses = this.#bySharingKey.get(tenant.sharingKey) ?? new Set()
      this.#bySharingKey.set(tenant.sharingKey, houses.add(house))
    }
    return known === undefined && !wasThere
  }

  /** @returns true when the address is empty now */
  leave(address: Address, key: NamespacedName): boolean {
    const house = this.#houses.get(address.value)
    const tenant = house?.tenants.find((each) => each.key === key)
    if (house === undefined || tenant === undefined) return false
    if (!this.hasNeighbour(address, tenant)) this.#add(tenant.namespace, address.family, -1)
    house.tenants = house.tenants.filter((each) => each !== tenant)
    if (house.tenants.length > 0) return false
    this.#houses.delete(address.value)
    const { sharingKey } = tenant
    if (sharingKey === undefined) return true
    const houses = this.#bySharingKey.get(sharingKey)
    houses?.delete(house)
    if (houses?.size === 0) this.#bySharingKey.delete(sharingKey)
    return true
  }

  /** Addresses in use under the tenant's sharing key on which it may be too. */
  shareable(tenant: Tenant): readonly Address[] {
    const houses = tenant.sharingKey === undefined ? undefined : this.#bySharingKey.get(tenant.sharingKey)
    if (houses === undefined) return []
    return [...houses].map(({ address }) => address).filter((address) => this.conflict(address, tenant) === undefined)
  }

  #add(namespace: string, family: Family, change: number): void {
    const count = this.#counts.get(namespace) ?? { IPv4: 0, IPv6: 0 }
    count[family] += change
    if (count.IPv4 + count.IPv6 === 0) this.#counts.delete(namespace)
    else this.#counts.set(namespace, count)
  }
}

function conflictBetween(address: Address, tenant: Tenant, other: Tenant): TenantConflict | undefined {
  const by = other.key
  if (tenant.sharingKey === undefined || other.sharingKey === undefined) return { reason: 'AddressInUse', address, by }
  if (tenant.sharingKey !== other.sharingKey) {
    return { reason: 'SharingKeyDiffers', address, by, wanted: tenant.sharingKey, held: other.sharingKey }
  }
  if (tenant.backendKey !== other.backendKey) return { reason: 'BackendsDiffer', address, by }
  const port = tenant.ports.find((each) => other.ports.includes(each))
  return port === undefined ? undefined : { reason: 'PortInUse', address, by, port }
}
