// The books of the allocator: which Service is on which address of which pool. It records; whether something is allowed is decided in placement.ts.
import type { Address, Family } from './address.ts'
import { type Allocation, Entry } from './allocation.ts'
import type { Pool } from './config/pool.ts'
import type { NamespacedName } from './namespaced-name.ts'
import { OpenPools } from './open-pools.ts'
import { type Lane, type Place, PoolSpace } from './pool-space.ts'
import { OverlappingRanges, RangeIndex } from './range-index.ts'
import { compareConfigurations, lanesKept } from './reconfiguration.ts'
import { type Keeping, Releases } from './releases.ts'
import { ReturningMap } from './returning-map.ts'
import type { ServiceView } from './service.ts'
import { sameTenant, type Tenant, tenantOf } from './tenant.ts'
import { Tenants } from './tenants.ts'
import { Unhoused } from './unhoused.ts'

/** Whom a change of the pools may take an address from, or give one. */
export interface Affected {
  /** On an address of a range that goes, that another pool will own, or of a pool whose rules change. */
  readonly services: ReadonlySet<NamespacedName>
  /** Whether the address lies in a range that comes. */
  readonly comes: (address: Address) => boolean
}

const nowhere: readonly Place[] = []

export class Ledger {
  readonly tenants = new Tenants()
  #general = new OpenPools([])
  #spaces: ReadonlyMap<string, PoolSpace> = new Map()
  #active = new RangeIndex<Lane>([])
  /** Frozen pools may overlap with others, which then own the shared addresses. */
  #frozen = new OverlappingRanges<Lane>([])
  #reserved: ReadonlyMap<number | bigint, Address> = new Map()
  readonly #releases: Releases
  /** Nobody is on these, and they are not handed out, because their Services may come back. */
  readonly #kept = new ReturningMap<number | bigint, Place>()
  readonly #entries = new ReturningMap<NamespacedName, Entry>()
  readonly #leaving = new Map<NamespacedName, readonly Entry[]>()
  /** Names of pools. */
  #touched = new Set<string>()
  readonly #unhoused = new Unhoused()

  /** @param releases kept up by others, who say what changed there (`review`) */
  constructor(pools: readonly Pool[], reserved: readonly Address[], releases: Releases) {
    this.#releases = releases
    this.reconfigure(pools, reserved)
  }

  /** Pools and Nodes are these now. Services on what goes (see `compareConfigurations`) have been released before. */
  reconfigure(pools: readonly Pool[], reserved: readonly Address[]): void {
    const spaces = new Map<string, PoolSpace>()
    const { staying } = compareConfigurations(this.#spaces, pools)
    for (const pool of pools) {
      const space = staying.get(pool.name)
      const kept = space === undefined ? undefined : lanesKept(space, pool)
      if (this.#spaces.get(pool.name)?.pool !== pool) this.#touched.add(pool.name)
      if (kept !== undefined && space?.pool !== pool) space?.adopt(pool, kept)
      spaces.set(pool.name, space ?? new PoolSpace(pool))
    }
    this.#touched = this.#touched.intersection(spaces)
    this.#spaces = spaces
    const lanes = [...spaces.values()].flatMap((space) => space.lanes)
    this.#active = new RangeIndex(lanes.filter(({ space }) => !space.pool.frozen))
    this.#frozen = new OverlappingRanges(lanes.filter(({ space }) => space.pool.frozen))
    this.#reserve(reserved)
    this.review([...[...this.#kept.values()].map(({ address }) => address), ...this.#releases.addresses()])
    const isGeneral = ({ pool }: PoolSpace): boolean => pool.allocation === undefined && pool.autoAssign && !pool.frozen
    this.#general = new OpenPools([...spaces.values()].filter(isGeneral))
  }

  affectedBy(pools: readonly Pool[]): Affected {
    const { going, coming } = compareConfigurations(this.#spaces, pools)
    const ranges = new OverlappingRanges(coming.map((range) => ({ range })))
    const comes = (address: Address): boolean => ranges.find(address) !== undefined
    const services = new Set<NamespacedName>()
    for (const house of going.size === 0 && this.#frozen.isEmpty ? [] : this.tenants.houses()) {
      const { lane, address } = house
      if (going.has(lane) || (lane.space.pool.frozen && comes(address))) for (const key of house.keys) services.add(key)
    }
    return { services, comes }
  }

  /** Pools of which more or less may be in use, or that are others, since the last call. */
  takeTouched(): readonly string[] {
    const touched = [...this.#touched]
    this.#touched.clear()
    return touched
  }

  /** Those without serviceAllocation that may be used without being named. */
  get general(): OpenPools {
    return this.#general
  }

  space(pool: string): PoolSpace | undefined {
    return this.#spaces.get(pool)
  }

  laneOf(address: Address): Lane | undefined {
    return this.#active.find(address) ?? this.#frozen.find(address)
  }

  /** The answers of the releases about these addresses may be others now. */
  review(addresses: readonly Address[]): void {
    for (const address of addresses) {
      this.#unkeep(address)
      const lane = this.#active.find(address)
      if (lane === undefined || this.tenants.has(address)) continue
      lane.space.close(lane, address)
      this.#open(lane, address)
      this.#general.note(lane.space, address.family)
    }
  }

  /** For whom else the address is kept, if it is. */
  keptFromOthers(address: Address, key: NamespacedName): Keeping | undefined {
    if (this.#kept.get(address.value) === undefined) return undefined
    const isOwn = this.#releases.keptFor(key).some(({ value }) => value === address.value)
    return isOwn ? undefined : this.#releases.keeping(address)
  }

  /** Where the Service was before it went, and may be again. */
  returning(tenant: Tenant): readonly Place[] {
    const kept = this.#releases.isEmpty ? [] : this.#releases.keptFor(tenant.key)
    return kept.length === 0 ? nowhere : kept.flatMap((address) => this.#placeFor(address, tenant) ?? [])
  }

  isReserved(address: Address): boolean {
    return this.#reserved.has(address.value)
  }

  /** Distinct addresses that the Services of the namespace are on, or that a status still shows. */
  count(namespace: string, family: Family): number {
    const isNew = (address: Address): boolean => !this.tenants.isOf(address, namespace)
    return this.tenants.count(namespace)[family] + this.#unhoused.count(namespace, family, isNew)
  }

  /** How many addresses fewer the namespace has when the Service goes: those that it is on, or leaving, and that no other of its namespace is on. */
  broughtBy({ key, namespace }: ServiceView, family: Family): number {
    const service = { key, namespace }
    const own = [...this.addressesOf(key), ...this.#unhoused.of(key)].filter(
      (address) =>
        address.family === family && !this.tenants.hasNeighbour(address, service) && !this.#unhoused.hasNeighbour(address, service),
    )
    return own.length < 2 ? own.length : new Set(own.map(({ value }) => value)).size
  }

  /** Of the pool, what the Service is leaving and may come back to, because it shares. */
  reusable(tenant: Tenant, space: PoolSpace, family: Family): readonly Place[] {
    const gone = (this.#leaving.get(tenant.key) ?? []).filter((entry) => entry.sharingKey === tenant.sharingKey)
    return gone
      .flatMap(({ places }) => places)
      .filter(({ lane, address }) => lane.space === space && address.family === family && !this.tenants.conflict(address, tenant))
  }

  /** Every address that it is on or leaving. */
  addressesOf(key: NamespacedName): readonly Address[] {
    const kept = this.#entries.get(key)
    return [...(this.#leaving.get(key) ?? []), ...(kept === undefined ? [] : [kept])].flatMap(({ addresses }) => addresses)
  }

  /** What it has of the Service, without what is leaving. */
  allocationOf(key: NamespacedName): Entry | undefined {
    return this.#entries.get(key)
  }

  allocations(): readonly Allocation[] {
    return [...this.#entries.values()]
  }

  /** Replaces what the Service had. */
  enter(service: ServiceView, places: readonly Place[]): Allocation {
    const entry = new Entry(service)
    const previous = this.#entries.set(service.key, entry)
    if (previous !== undefined) this.#withdraw(previous)
    this.#occupy(entry, places)
    return entry
  }

  renew(service: ServiceView): boolean {
    const tenant = tenantOf(service)
    this.#renewLeaving(service, tenant)
    const kept = this.#entries.get(service.key)
    if (kept === undefined || kept.uid !== service.uid || sameTenant(kept, tenant)) return false
    if (kept.addresses.some((address) => this.tenants.conflict(address, tenant) !== undefined)) return false
    this.enter(service, kept.places)
    return true
  }

  /** Keeps others off these addresses until `settle`, as far as nobody is on them; where that cannot be, a quota counts them none the less. */
  shut(service: ServiceView, addresses: readonly Address[]): void {
    const isOutside = (address: Address): boolean => {
      const keys = this.tenants.at(address)
      return keys.length === 0 ? this.laneOf(address) === undefined : !keys.includes(service.key)
    }
    this.#unhoused.enter(service, addresses.filter(isOutside))
    const places = addresses.flatMap((address) => {
      const lane = this.laneOf(address)
      return lane === undefined || this.tenants.has(address) ? [] : { lane, address }
    })
    if (places.length === 0) return
    const entry = new Entry(service)
    this.#occupy(entry, places)
    this.#leaving.set(service.key, [...(this.#leaving.get(service.key) ?? []), entry])
  }

  release(key: NamespacedName): boolean {
    const entry = this.#entries.delete(key)
    if (entry !== undefined) this.#withdraw(entry)
    const settled = this.settle(key)
    return entry !== undefined || settled
  }

  /** Like `vacate`, but one address is free at once, also if the Service was leaving it. */
  giveUp(key: NamespacedName, address: Address): void {
    const entry = this.#entries.delete(key)
    const all = [...(this.#leaving.get(key) ?? []), ...(entry === undefined ? [] : [entry])]
    const staying = all.map((each) => each.places.filter((place) => place.address.value !== address.value))
    for (const each of all) this.#withdraw(each)
    for (const [index, each] of all.entries()) this.#occupy(each, staying[index] ?? [])
    const left = all.filter(({ places }) => places.length > 0)
    if (left.length > 0) this.#leaving.set(key, left)
    else this.#leaving.delete(key)
  }

  vacate(key: NamespacedName): boolean {
    const entry = this.#entries.delete(key)
    if (entry === undefined) return false
    this.#leaving.set(key, [...(this.#leaving.get(key) ?? []), entry])
    return true
  }

  settle(key: NamespacedName): boolean {
    const wasUnhoused = this.#unhoused.leave(key)
    const gone = this.#leaving.get(key)
    if (gone === undefined) return wasUnhoused
    this.#leaving.delete(key)
    for (const entry of gone) this.#withdraw(entry)
    // It may have come back to an address that it was leaving.
    const kept = this.#entries.get(key)
    if (kept !== undefined) this.#restore(kept)
    return true
  }

  /** The answer to `ask` as if the Service held and left nothing. Afterwards the books are what they were. */
  without<T>(key: NamespacedName, ask: () => T): T {
    const kept = this.#entries.delete(key)
    const gone = this.#leaving.get(key) ?? []
    if (kept === undefined && gone.length === 0) return ask()
    for (const entry of [...gone, ...(kept === undefined ? [] : [kept])]) this.#withdraw(entry, true)
    try {
      return ask()
    } finally {
      for (const entry of gone) this.#occupy(entry, entry.places)
      if (kept !== undefined) this.#restore(kept)
    }
  }

  #placeFor(address: Address, tenant: Tenant): Place | undefined {
    const lane = this.#active.find(address)
    if (lane?.space.isUsable(address) !== true || this.isReserved(address)) return undefined
    return this.tenants.conflict(address, tenant) === undefined ? { lane, address } : undefined
  }

  #reserve(addresses: readonly Address[]): void {
    const before = this.#reserved
    this.#reserved = new Map(addresses.map((address) => [address.value, address]))
    for (const [value, address] of before) {
      const lane = this.#reserved.has(value) || this.tenants.has(address) ? undefined : this.#active.find(address)
      if (lane !== undefined) this.#open(lane, address)
    }
    for (const address of addresses) {
      this.#unkeep(address)
      const lane = this.#active.find(address)
      lane?.space.close(lane, address)
    }
  }

  /** What its status still shows is closed to others on the terms that it has now. */
  #renewLeaving(service: ServiceView, tenant: Tenant): void {
    const gone = this.#leaving.get(service.key) ?? []
    const renewed = gone.map((entry) => {
      if (entry.uid !== service.uid || sameTenant(entry, tenant)) return entry
      const { places } = entry
      if (places.some(({ address }) => this.tenants.conflict(address, tenant) !== undefined)) return entry
      this.#withdraw(entry)
      const fresh = new Entry(service)
      this.#occupy(fresh, places)
      return fresh
    })
    if (renewed.every((entry, index) => entry === gone[index])) return
    this.#leaving.set(service.key, renewed)
    const kept = this.#entries.get(service.key)
    if (kept !== undefined) this.#restore(kept)
  }

  #restore(entry: Entry): void {
    this.#entries.set(entry.key, entry)
    this.#occupy(entry, entry.places)
  }

  #occupy(entry: Entry, places: readonly Place[]): void {
    const houses = places.map((place) => {
      const { lane, address } = place
      const known = this.tenants.houseAt(address)
      const house = this.tenants.enter(place, entry, known)
      if (known === undefined) {
        this.#unkeep(address)
        lane.space.occupy(lane, address)
        this.#touched.add(lane.space.pool.name)
        this.#general.note(lane.space, address.family)
      }
      return house
    })
    entry.moveTo(houses)
  }

  #withdraw(entry: Entry, isToReturn = false): void {
    for (const house of entry.places) {
      if (!this.tenants.leave(house, entry.key)) continue
      const { lane, address } = house
      lane.space.vacate(address)
      this.#open(lane, address, isToReturn)
      this.#touched.add(lane.space.pool.name)
      this.#general.note(lane.space, address.family)
    }
  }

  /** Nobody is on the address. @param toAnyone even if it is kept for somebody */
  #open(lane: Lane, address: Address, toAnyone = false): void {
    if (this.isReserved(address)) return
    if (this.#releases.isEmpty) lane.space.open(lane, address)
    else if (!toAnyone && this.#releases.keeping(address) !== undefined) {
      this.#kept.set(address.value, { lane, address })
      lane.space.countKept(address.family, 1)
    } else lane.space.open(lane, address, this.#releases.leftAt(address))
  }

  #unkeep({ value, family }: Address): void {
    if (this.#kept.size > 0) this.#kept.delete(value)?.lane.space.countKept(family, -1)
  }
}
