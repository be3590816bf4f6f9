// Who is on which address, and who may join: the rules of sharing.
import type { Address } from './address.ts'
import type { NamespacedName } from './namespaced-name.ts'
import type { TenantConflict } from './refusal.ts'
import type { ServiceView } from './service.ts'

/** What sharing looks at in a Service. */
export interface Tenant {
  readonly key: NamespacedName
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
  readonly tenants: Map<NamespacedName, Tenant>
  readonly ports: Map<string, NamespacedName>
}

/** Addresses in use. Its users ask `conflict` before they `enter`. */
export class Tenants {
  readonly #houses = new Map<number | bigint, House>()
  readonly #bySharingKey = new Map<string, Set<House>>()

  has(address: Address): boolean {
    return this.#houses.has(address.value)
  }

  at(address: Address): readonly NamespacedName[] {
    return [...(this.#houses.get(address.value)?.tenants.keys() ?? [])]
  }

  /** Why `tenant` may not be on this address; undefined when it may. It never stands in its own way. */
  conflict(address: Address, tenant: Tenant): TenantConflict | undefined {
    const house = this.#houses.get(address.value)
    if (house === undefined) return undefined
    let other: Tenant | undefined
    for (const [key, candidate] of house.tenants) {
      if (key === tenant.key) continue
      other = candidate
      break
    }
    if (other === undefined) return undefined
    if (tenant.sharingKey === undefined || other.sharingKey === undefined) return { reason: 'AddressInUse', address, by: other.key }
    if (tenant.sharingKey !== other.sharingKey) {
      return { reason: 'SharingKeyDiffers', address, by: other.key, wanted: tenant.sharingKey, held: other.sharingKey }
    }
    if (tenant.backendKey !== other.backendKey) return { reason: 'BackendsDiffer', address, by: other.key }
    for (const port of tenant.ports) {
      const by = house.ports.get(port)
      if (by !== undefined && by !== tenant.key) return { reason: 'PortInUse', address, by, port }
    }
    return undefined
  }

  /** Entering again replaces what the tenant was before. @returns true when the address was free */
  enter(address: Address, tenant: Tenant): boolean {
    const wasThere = this.#houses.get(address.value)?.tenants.has(tenant.key) === true
    if (wasThere) this.leave(address, tenant.key)
    let house = this.#houses.get(address.value)
    const isFirst = house === undefined && !wasThere
    house ??= { address, tenants: new Map(), ports: new Map() }
    this.#houses.set(address.value, house)
    house.tenants.set(tenant.key, tenant)
    for (const port of tenant.ports) house.ports.set(port, tenant.key)
    if (tenant.sharingKey !== undefined) {
      const houses = this.#bySharingKey.get(tenant.sharingKey) ?? new Set()
      this.#bySharingKey.set(tenant.sharingKey, houses.add(house))
    }
    return isFirst
  }

  /** @returns true when the address is empty now */
  leave(address: Address, key: NamespacedName): boolean {
    const house = this.#houses.get(address.value)
    const tenant = house?.tenants.get(key)
    if (house === undefined || tenant === undefined) return false
    house.tenants.delete(key)
    for (const port of tenant.ports) if (house.ports.get(port) === key) house.ports.delete(port)
    if (house.tenants.size > 0) return false
    this.#houses.delete(address.value)
    const houses = tenant.sharingKey === undefined ? undefined : this.#bySharingKey.get(tenant.sharingKey)
    houses?.delete(house)
    if (tenant.sharingKey !== undefined && houses?.size === 0) this.#bySharingKey.delete(tenant.sharingKey)
    return true
  }

  /** Addresses in use under the tenant's sharing key on which it may be too. */
  shareable(tenant: Tenant): readonly Address[] {
    if (tenant.sharingKey === undefined) return []
    const houses = this.#bySharingKey.get(tenant.sharingKey) ?? new Set<House>()
    return [...houses].map(({ address }) => address).filter((address) => this.conflict(address, tenant) === undefined)
  }
}
