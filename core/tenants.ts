// Who is on which address, and who may join: the rules of sharing.
import type { Address, Family } from './address.ts'
import { AddressMap } from './address-map.ts'
import { House } from './house.ts'
import type { NamespacedName } from './namespaced-name.ts'
import type { Place, PoolSpace } from './pool-space.ts'
import type { TenantConflict } from './refusal.ts'
import { SharedHouses } from './shared-houses.ts'
import type { Tenant } from './tenant.ts'

type Shared = Record<Family, SharedHouses>

/** Addresses in use. Its users ask `conflict` before they `enter`. */
export class Tenants {
  readonly #houses = new AddressMap<House>()
  /** By sharing key and kind of backends. */
  readonly #shared = new Map<string, Map<PoolSpace, Shared>>()
  /** Distinct addresses of each namespace that has any. */
  readonly #counts = new Map<string, Record<Family, number>>()

  has(address: Address): boolean {
    return this.#houses.get(address) !== undefined
  }

  at(address: Address): readonly NamespacedName[] {
    return this.#houses.get(address)?.keys ?? []
  }

  /** Every address in use. */
  houses(): Iterable<House> {
    return this.#houses.values()
  }

  /** How many distinct addresses Services of the namespace are on. */
  count(namespace: string): Readonly<Record<Family, number>> {
    return this.#counts.get(namespace) ?? { IPv4: 0, IPv6: 0 }
  }

  /** Whether a Service of the namespace is on the address. */
  isOf(address: Address, namespace: string): boolean {
    return this.#houses.get(address)?.isOf(namespace) === true
  }

  /** Whether another Service of its namespace is on the address. */
  hasNeighbour(address: Address, tenant: Pick<Tenant, 'key' | 'namespace'>): boolean {
    return this.#houses.get(address)?.hasNeighbour(tenant) === true
  }

  /** Why `tenant` may not be on this address; undefined when it may. It never stands in its own way. */
  conflict(address: Address, tenant: Tenant): TenantConflict | undefined {
    return this.#houses.get(address)?.conflict(tenant)
  }

  /** Undefined where nobody is. */
  houseAt(address: Address): House | undefined {
    return this.#houses.get(address)
  }

  /**
   * Entering again replaces what the tenant was before.
   *
   * @param known what `houseAt` gives
   * @returns where it is now: the place to remember, because it is there anyway
   */
  enter(place: Place, tenant: Tenant, known: House | undefined): House {
    const before = known?.tenant(tenant.key)
    if (known !== undefined && before !== undefined) this.#remove(known, before)
    const house = known ?? new House(place)
    if (known === undefined) this.#houses.add(house, house)
    if (!house.hasNeighbour(tenant)) this.#add(tenant.namespace, house.family, 1)
    if (tenant.sharingKey !== undefined) {
      const shared = this.#sharedOf(tenant, house)
      if (house.isEmpty) shared.add(house)
      shared.take(house, tenant.ports)
    }
    house.add(tenant)
    return house
  }

  /** @returns true when the house, which `enter` gave, is empty now */
  leave(house: House, key: NamespacedName): boolean {
    const tenant = house.tenant(key)
    if (tenant === undefined) return false
    this.#remove(house, tenant)
    if (!house.isEmpty) return false
    this.#houses.delete(house)
    return true
  }

  /** Pools with addresses in use under the tenant's sharing key, and for its kind of backends. */
  sharedSpaces(tenant: Tenant): Iterable<PoolSpace> {
    return tenant.sharingKey === undefined ? [] : (this.#shared.get(groupOf(tenant))?.keys() ?? [])
  }

  /** Places in use by others under the tenant's sharing key on which it may be too, in the order of the pool. */
  *shareable(tenant: Tenant, space: PoolSpace, family: Family): Generator<Place> {
    const shared = tenant.sharingKey === undefined ? undefined : this.#shared.get(groupOf(tenant))?.get(space)?.[family]
    if (shared !== undefined) yield* shared.free(tenant.ports)
  }

  #remove(house: House, tenant: Tenant): void {
    const { family } = house
    if (!house.hasNeighbour(tenant)) this.#add(tenant.namespace, family, -1)
    house.remove(tenant)
    if (tenant.sharingKey === undefined) return
    const { space } = house.lane
    const group = this.#shared.get(groupOf(tenant))
    const shared = group?.get(space)
    shared?.[family].give(house, tenant.ports)
    if (!house.isEmpty) return
    shared?.[family].remove(house)
    if (shared?.IPv4.isEmpty === true && shared.IPv6.isEmpty) group?.delete(space)
    if (group?.size === 0) this.#shared.delete(groupOf(tenant))
  }

  #sharedOf(tenant: Tenant, { lane, family }: House): SharedHouses {
    const group = this.#shared.get(groupOf(tenant)) ?? new Map<PoolSpace, Shared>()
    this.#shared.set(groupOf(tenant), group)
    const shared = group.get(lane.space) ?? { IPv4: new SharedHouses(), IPv6: new SharedHouses() }
    group.set(lane.space, shared)
    return shared[family]
  }

  #add(namespace: string, family: Family, change: number): void {
    const known = this.#counts.get(namespace)
    const count = known ?? { IPv4: 0, IPv6: 0 }
    count[family] += change
    if (known === undefined) this.#counts.set(namespace, count)
    else if (count.IPv4 + count.IPv6 === 0) this.#counts.delete(namespace)
  }
}

/** Only within such a group may addresses be shared. */
function groupOf({ sharingKey, backendKey }: Tenant): string {
  return JSON.stringify([sharingKey, backendKey])
}
