// The books of the allocator: which Service is on which address of which pool. It records; whether something is allowed is decided in placement.ts.
import type { Address, Family } from './address.ts'
import type { Pool } from './config/pool.ts'
import type { NamespacedName } from './namespaced-name.ts'
import { OpenPools } from './open-pools.ts'
import { type Lane, type Place, PoolSpace } from './pool-space.ts'
import { RangeIndex } from './range-index.ts'
import { ReturningMap } from './returning-map.ts'
import type { ServiceView } from './service.ts'
import { type Tenant, tenantOf } from './tenant.ts'
import { Tenants } from './tenants.ts'

export interface Allocation {
  readonly service: NamespacedName
  readonly uid: string
  /** RFC 3339: who was first. */
  readonly createdAt: string
  readonly pool: string
  /** One, or one of each family. */
  readonly addresses: readonly Address[]
  /** What decides who may share them. */
  readonly tenant: Tenant
}

/** Thousands of them are held: one object is both what a Service has and who it is to others, and what follows from the places is not written down. */
class Entry implements Allocation, Tenant {
  readonly key: NamespacedName
  readonly namespace: string
  readonly sharingKey: string | undefined
  readonly backendKey: string
  readonly ports: readonly string[]
  readonly uid: string
  readonly createdAt: string
  readonly places: readonly Place[]

  constructor(service: ServiceView, places: readonly Place[]) {
    const { key, namespace, sharingKey, backendKey, ports } = tenantOf(service)
    this.key = key
    this.namespace = namespace
    this.sharingKey = sharingKey
    this.backendKey = backendKey
    this.ports = ports
    this.uid = service.uid
    this.createdAt = service.createdAt
    this.places = places
  }

  get service(): NamespacedName {
    return this.key
  }

  get tenant(): Tenant {
    return this
  }

  get pool(): string {
    return this.places[0]?.lane.space.pool.name ?? ''
  }

  get addresses(): readonly Address[] {
    return this.places.map(({ address }) => address)
  }
}

export class Ledger {
  readonly tenants = new Tenants()
  /** Those without serviceAllocation that may be used without being named. */
  readonly general: OpenPools
  readonly #spaces: ReadonlyMap<string, PoolSpace>
  readonly #active: RangeIndex<Lane>
  /** Frozen pools may overlap with others, which then own the shared addresses. They are few. */
  readonly #frozen: readonly RangeIndex<Lane>[]
  readonly #reserved: ReadonlySet<number | bigint>
  readonly #entries = new ReturningMap<NamespacedName, Entry>()
  readonly #leaving = new Map<NamespacedName, readonly Entry[]>()

  constructor(pools: readonly Pool[], reserved: readonly Address[]) {
    this.#spaces = new Map(pools.map((pool) => [pool.name, new PoolSpace(pool)]))
    const lanes = [...this.#spaces.values()].flatMap((space) => space.lanes)
    this.#active = new RangeIndex(lanes.filter(({ space }) => !space.pool.frozen))
    this.#frozen = lanes.filter(({ space }) => space.pool.frozen).map((lane) => new RangeIndex([lane]))
    this.#reserved = new Set(reserved.map(({ value }) => value))
    const isGeneral = ({ pool }: PoolSpace): boolean => pool.allocation === undefined && pool.autoAssign && !pool.frozen
    this.general = new OpenPools([...this.#spaces.values()].filter(isGeneral))
    for (const address of reserved) {
      const lane = this.#active.find(address)
      lane?.space.close(lane, address)
      if (lane !== undefined) this.general.note(lane.space, address.family)
    }
  }

  space(pool: string): PoolSpace | undefined {
    return this.#spaces.get(pool)
  }

  laneOf(address: Address): Lane | undefined {
    return this.#active.find(address) ?? this.#frozen.map((index) => index.find(address)).find((lane) => lane !== undefined)
  }

  isReserved(address: Address): boolean {
    return this.#reserved.has(address.value)
  }

  /** Whether the namespace has one address less when the Service goes: it is on one, or leaving one, that no other of its namespace is on. */
  bringsOne({ key, namespace }: ServiceView, family: Family): boolean {
    const kept = this.#entries.get(key)
    const all = [...(this.#leaving.get(key) ?? []), ...(kept === undefined ? [] : [kept])]
    return all.some(({ addresses }) =>
      addresses.some((address) => address.family === family && !this.tenants.hasNeighbour(address, { key, namespace })),
    )
  }

  /** Of the pool, what the Service is leaving and may come back to, because it shares. */
  reusable(tenant: Tenant, space: PoolSpace, family: Family): readonly Place[] {
    const gone = (this.#leaving.get(tenant.key) ?? []).filter((entry) => entry.sharingKey === tenant.sharingKey)
    return gone
      .flatMap(({ places }) => places)
      .filter(({ lane, address }) => lane.space === space && address.family === family && !this.tenants.conflict(address, tenant))
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
    const entry = new Entry(service, places)
    const previous = this.#entries.set(service.key, entry)
    if (previous !== undefined) this.#withdraw(previous)
    this.#occupy(entry)
    return entry
  }

  /** Keeps others off these addresses until `settle`, as far as nobody is on them. */
  shut(service: ServiceView, addresses: readonly Address[]): void {
    const places = addresses.flatMap((address) => {
      const lane = this.laneOf(address)
      return lane === undefined || this.tenants.has(address) ? [] : { lane, address }
    })
    if (places.length === 0) return
    const entry = new Entry(service, places)
    this.#occupy(entry)
    this.#leaving.set(service.key, [...(this.#leaving.get(service.key) ?? []), entry])
  }

  release(key: NamespacedName): boolean {
    const entry = this.#entries.delete(key)
    if (entry !== undefined) this.#withdraw(entry)
    const settled = this.settle(key)
    return entry !== undefined || settled
  }

  vacate(key: NamespacedName): boolean {
    const entry = this.#entries.delete(key)
    if (entry === undefined) return false
    this.#leaving.set(key, [...(this.#leaving.get(key) ?? []), entry])
    return true
  }

  settle(key: NamespacedName): boolean {
    const gone = this.#leaving.get(key)
    if (gone === undefined) return false
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
    for (const entry of [...gone, ...(kept === undefined ? [] : [kept])]) this.#withdraw(entry)
    try {
      return ask()
    } finally {
      for (const entry of gone) this.#occupy(entry)
      if (kept !== undefined) this.#restore(kept)
    }
  }

  #restore(entry: Entry): void {
    this.#entries.set(entry.key, entry)
    this.#occupy(entry)
  }

  #occupy(entry: Entry): void {
    for (const place of entry.places) {
      if (!this.tenants.enter(place, entry)) continue
      const { lane, address } = place
      lane.space.occupy(lane, address)
      this.general.note(lane.space, address.family)
    }
  }

  #withdraw(entry: Entry): void {
    for (const { lane, address } of entry.places) {
      if (!this.tenants.leave(address, entry.key)) continue
      lane.space.vacate(lane, address, !this.isReserved(address))
      this.general.note(lane.space, address.family)
    }
  }
}
