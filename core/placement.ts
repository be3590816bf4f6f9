// Where a Service may be: the rules of pools, families and requests over the books of ledger.ts. Nothing here changes anything.
import { type Address, compareAddresses, type Family, sameAddresses } from './address.ts'
import type { Policy } from './config/policy.ts'
import type { Pool } from './config/pool.ts'
import { defaultPoolFor } from './default-pool.ts'
import type { Ledger } from './ledger.ts'
import type { NamespaceView } from './namespace.ts'
import { allowsNamespace, type PoolOrder, selectsService } from './pool-order.ts'
import { isBefore, type Place, type PoolSpace } from './pool-space.ts'
import { quotaOf } from './quota.ts'
import type { PoolRefusal, QuotaRefusal, Refusal } from './refusal.ts'
import { fail, ok, type Result } from './result.ts'
import type { ServiceView } from './service.ts'
import { type Tenant, tenantOf } from './tenant.ts'

export interface Placing {
  readonly ledger: Ledger
  readonly order: PoolOrder
  readonly policies: readonly Policy[]
}

/** The families of which the Service's namespace may have no further address. One that it has already it may share. */
export type Shortages = ReadonlyMap<Family, QuotaRefusal>

const noShortages: Shortages = new Map()

type Places = Result<readonly Place[], Refusal>

/** What forbids the Service any address at all. */
export function refuseOutright(service: ServiceView, pools: readonly Pool[]): Refusal | undefined {
  if (pools.length === 0) return { reason: 'NoPools' }
  if (service.families.length === 0) return { reason: 'NoClusterAddress' }
  if (service.familyPolicy === 'RequireDualStack' && service.clusterAddresses.length < 2) return { reason: 'DualStackImpossible' }
  return undefined
}

/** Whoever has an address may exchange it, even where a quota has shrunk below what is held. */
export function findShortages({ ledger, policies }: Placing, service: ServiceView, namespace: NamespaceView): Shortages {
  if (policies.length === 0) return noShortages
  const limits = quotaOf(namespace, policies)
  const short = new Map<Family, QuotaRefusal>()
  for (const family of service.families) {
    const limit = limits[family]
    const used = ledger.tenants.count(namespace.name)[family]
    if (limit === undefined || used < limit.allowed || ledger.bringsOne(service, family)) continue
    short.set(family, { reason: 'QuotaExceeded', ...limit, namespace: namespace.name, family, used })
  }
  return short
}

/** Addresses for a Service that has none. */
export function findPlaces(placing: Placing, service: ServiceView, namespace: NamespaceView, short: Shortages): Places {
  const { requestedAddresses, requestedPool } = service
  if (!requestedAddresses.ok) return fail({ reason: 'RequestInvalid', message: requestedAddresses.error })
  if (requestedAddresses.value.length > 0) return findRequested(placing, requestedAddresses.value, service, namespace, short)
  if (requestedPool?.isDefault === false) return findInPool(placing, requestedPool.name, service, namespace, short)
  return findAutomatically(placing, service, namespace, short)
}

/** The places of addresses that the Service holds, when it may keep them. */
export function findHeld(placing: Placing, addresses: readonly Address[], service: ServiceView, namespace: NamespaceView): Places {
  const mismatch = findMismatch(service, addresses)
  if (mismatch !== undefined) return fail(mismatch)
  const places = locate(placing.ledger, addresses)
  if (!places.ok) return places
  const refused = refuse(placing.ledger, service, places.value, namespace)
  return refused === undefined ? places : fail(refused)
}

/** One more address, of the family that the Service lacks, from the pool of the one it has. */
export function findSecond(placing: Placing, held: readonly Place[], service: ServiceView, short: Shortages): Places {
  const space = held[0]?.lane.space
  const family = service.families.find((wanted) => held.every(({ address }) => address.family !== wanted))
  if (space === undefined || family === undefined) return fail({ reason: 'NoClusterAddress' })
  if (space.pool.frozen) return fail({ reason: 'PoolFrozen', pool: space.pool.name })
  const place = candidate(placing.ledger, space, tenantOf(service), family, short)
  return place === undefined ? fail(short.get(family) ?? whyNone(space, family)) : ok(inStatusOrder([...held, place]))
}

function findAutomatically(placing: Placing, service: ServiceView, namespace: NamespaceView, short: Shortages): Places {
  const { ledger, order, policies } = placing
  const pinned = order.pinned(service, namespace).flatMap(({ name }) => ledger.space(name) ?? [])
  const preferred = ledger.space(service.requestedPool?.name ?? defaultPoolFor(service, namespace, order, policies) ?? '')
  const unlimited = short.size === 0 ? service.families : service.families.filter((family) => !short.has(family))
  const general = ledger.general.with(unlimited, ledger.tenants.sharedSpaces(tenantOf(service)), preferred)
  const before = findReturning(ledger, service, namespace)
  const picked = pick(ledger, before, service, short) ?? pick(ledger, pinned, service, short) ?? pick(ledger, general, service, short)
  if (picked !== undefined) return ok(picked)
  const exceeded = whyExceeded(service, short)
  if (exceeded !== undefined) return fail(exceeded)
  const all = ledger.general.all.toSorted((a, b) => Number(b === preferred) - Number(a === preferred))
  const tried = [...pinned, ...all].flatMap((space) => whyNot(ledger, space, service, short))
  const closed = order.pools.flatMap((pool) => whyClosed(pool, service, namespace) ?? [])
  return fail({ reason: 'NoPoolAvailable', tried: [...tried, ...closed] })
}

function findInPool({ ledger, order }: Placing, name: string, service: ServiceView, namespace: NamespaceView, short: Shortages): Places {
  const space = ledger.space(name)
  if (space === undefined) return fail({ reason: 'PoolUnknown', pool: name, known: order.pools.map((pool) => pool.name) })
  if (space.pool.frozen) return fail({ reason: 'PoolFrozen', pool: name })
  if (!allowsNamespace(space.pool, namespace)) return fail({ reason: 'NamespaceNotAllowed', pool: name, namespace: namespace.name })
  const picked = pick(ledger, [space], service, short)
  if (picked !== undefined) return ok(picked)
  const exceeded = whyExceeded(service, short)
  if (exceeded !== undefined) return fail(exceeded)
  const tried = whyNot(ledger, space, service, short)
  const [first, ...more] = tried
  return fail(first !== undefined && more.length === 0 ? first : { reason: 'NoPoolAvailable', tried })
}

function findRequested(
  { ledger }: Placing,
  addresses: readonly Address[],
  service: ServiceView,
  namespace: NamespaceView,
  short: Shortages,
): Places {
  const requested = addresses.map(({ family }) => family)
  if (!sameFamilies(requested, service.families)) return fail({ reason: 'RequestFamiliesDiffer', requested, wanted: service.families })
  const places = locate(ledger, addresses)
  if (!places.ok) return places
  const pool = places.value[0]?.lane.space.pool
  if (pool?.frozen === true) return fail({ reason: 'PoolFrozen', pool: pool.name })
  const own = addresses.find((address) => ledger.isReserved(address))
  if (own !== undefined) return fail({ reason: 'NodeAddress', address: own })
  const refused =
    refuse(ledger, service, places.value, namespace) ??
    places.value.map((place) => whyHeld(ledger, place, service)).find(Boolean) ??
    addresses.map((address) => (isWithin(ledger, address, tenantOf(service), short) ? undefined : short.get(address.family))).find(Boolean)
  return refused === undefined ? ok(inStatusOrder(places.value)) : fail(refused)
}

/** The first pool that has every family; for PreferDualStack else the first with the primary, else the first with the secondary family. */
function pick(ledger: Ledger, spaces: Iterable<PoolSpace>, service: ServiceView, short: Shortages): readonly Place[] | undefined {
  const tenant = tenantOf(service)
  const first: Partial<Record<Family, Place>> = {}
  for (const space of spaces) {
    const places: Place[] = []
    for (const family of service.families) {
      const place = candidate(ledger, space, tenant, family, short)
      if (place === undefined) continue
      places.push(place)
      first[family] ??= place
    }
    if (places.length === service.families.length) return inStatusOrder(places)
  }
  if (service.familyPolicy === 'RequireDualStack') return undefined
  const single = service.families.map((family) => first[family]).find((place) => place !== undefined)
  return single === undefined ? undefined : [single]
}

/** Of a pool that was not picked: which families it lacks, but for those that a quota forbids. */
function whyNot(ledger: Ledger, space: PoolSpace, service: ServiceView, short: Shortages): readonly PoolRefusal[] {
  const tenant = tenantOf(service)
  const missing = service.families.filter((family) => !short.has(family) && candidate(ledger, space, tenant, family, short) === undefined)
  return missing.map((family) => whyNone(space, family))
}

/** What the Service had before it went; else the lowest address of the pool, in listed order, that is free or that the Service may share. */
function candidate(ledger: Ledger, space: PoolSpace, tenant: Tenant, family: Family, short: Shortages): Place | undefined {
  const isOfPool = ({ lane, address }: Place): boolean => lane.space === space && address.family === family
  const before = ledger.returning(tenant).find((place) => isOfPool(place) && isWithin(ledger, place.address, tenant, short))
  if (before !== undefined) return before
  const free = short.has(family) ? undefined : space.next(family)
  if (tenant.sharingKey === undefined) return free
  const isFit = ({ address }: Place): boolean =>
    space.isUsable(address) && !ledger.isReserved(address) && isWithin(ledger, address, tenant, short)
  const shared = ledger.tenants.shareable(tenant, space, family).find(isFit)
  const left = ledger.reusable(tenant, space, family).filter(isFit)
  return [free, shared, ...left].reduce((best, place) =>
    best === undefined || (place !== undefined && isBefore(place, best)) ? place : best,
  )
}

/** The pools that the Service may use and to whose addresses it may come back. */
function findReturning(ledger: Ledger, service: ServiceView, namespace: NamespaceView): Iterable<PoolSpace> {
  const places = ledger.returning(tenantOf(service))
  if (places.length === 0) return []
  const spaces = places.map(({ lane }) => lane.space)
  return new Set(spaces.filter(({ pool }) => whyClosed(pool, service, namespace) === undefined))
}

function whyHeld(ledger: Ledger, { lane, address }: Place, { key }: ServiceView): Refusal | undefined {
  const keeping = ledger.keptFromOthers(address, key)
  return keeping === undefined ? undefined : { reason: 'AddressHeld', address, pool: lane.space.pool.name, ...keeping }
}

/** The quota has room for the address, or the namespace has it already. */
function isWithin(ledger: Ledger, address: Address, tenant: Tenant, short: Shortages): boolean {
  return !short.has(address.family) || ledger.tenants.hasNeighbour(address, tenant)
}

/** The quota alone keeps the Service from being served; one that prefers both families is content with the other. */
function whyExceeded({ families, familyPolicy }: ServiceView, short: Shortages): QuotaRefusal | undefined {
  const missing = families.flatMap((family) => short.get(family) ?? [])
  return familyPolicy !== 'PreferDualStack' || missing.length === families.length ? missing[0] : undefined
}

/** Where the addresses are: all in one pool, none of them avoided by it. */
function locate(ledger: Ledger, addresses: readonly Address[]): Places {
  const places: Place[] = []
  for (const address of addresses) {
    const lane = ledger.laneOf(address)
    if (lane === undefined) return fail({ reason: 'AddressInNoPool', address })
    if (!lane.space.isUsable(address)) return fail({ reason: 'AddressAvoided', address, pool: lane.space.pool.name })
    places.push({ lane, address })
  }
  const pools = [...new Set(places.map(({ lane }) => lane.space.pool.name))]
  return pools.length > 1 ? fail({ reason: 'AddressesInSeveralPools', addresses, pools }) : ok(places)
}

/** What forbids this Service these addresses of one pool. A pool or address that it names itself overrides serviceSelectors, never namespaces. */
function refuse(ledger: Ledger, service: ServiceView, places: readonly Place[], namespace: NamespaceView): Refusal | undefined {
  const [first] = places
  if (first === undefined) return undefined
  const { pool } = first.lane.space
  const requestedPool = service.requestedPool?.isDefault === false ? service.requestedPool.name : undefined
  if (requestedPool !== undefined && requestedPool !== pool.name) {
    return { reason: 'OutsideRequestedPool', address: first.address, requested: requestedPool, actual: pool.name }
  }
  if (!allowsNamespace(pool, namespace)) return { reason: 'NamespaceNotAllowed', pool: pool.name, namespace: namespace.name }
  const isNamed = requestedPool !== undefined || (service.requestedAddresses.ok && service.requestedAddresses.value.length > 0)
  if (!isNamed && !selectsService(pool, service)) return { reason: 'ServiceNotSelected', pool: pool.name }
  const tenant = tenantOf(service)
  return places.map(({ address }) => ledger.tenants.conflict(address, tenant)).find((conflict) => conflict !== undefined)
}

/** What the Service holds is not what it asks for any more. A request that cannot be read changes nothing. */
function findMismatch(service: ServiceView, addresses: readonly Address[]): Refusal | undefined {
  const held = addresses.map(({ family }) => family)
  const isPart =
    service.familyPolicy !== 'RequireDualStack' && held.length === 1 && held.every((family) => service.families.includes(family))
  if (!isPart && !sameFamilies(held, service.families)) return { reason: 'FamiliesChanged', held, wanted: service.families }
  const { requestedAddresses } = service
  if (!requestedAddresses.ok || requestedAddresses.value.length === 0 || sameAddresses(requestedAddresses.value, addresses))
    return undefined
  return { reason: 'OtherAddressRequested', held: addresses, requested: requestedAddresses.value }
}

function whyClosed(pool: Pool, service: ServiceView, namespace: NamespaceView): PoolRefusal | undefined {
  if (pool.frozen) return { reason: 'PoolFrozen', pool: pool.name }
  if (!pool.autoAssign) return { reason: 'AutoAssignOff', pool: pool.name }
  if (!allowsNamespace(pool, namespace)) return { reason: 'NamespaceNotAllowed', pool: pool.name, namespace: namespace.name }
  return selectsService(pool, service) ? undefined : { reason: 'ServiceNotSelected', pool: pool.name }
}

function whyNone(space: PoolSpace, family: Family): PoolRefusal {
  const pool = space.pool.name
  if (!space.hasFamily(family)) return { reason: 'FamilyUnavailable', pool, family }
  const kept = space.kept(family)
  return { reason: 'PoolExhausted', pool, family, ...(kept === 0 ? {} : { kept }) }
}

function sameFamilies(a: readonly Family[], b: readonly Family[]): boolean {
  return a.length === b.length && a.every((family) => b.includes(family)) && b.every((family) => a.includes(family))
}

/** IPv4 before IPv6, as MetalLB writes the status: the layer 2 election goes by the first. */
function inStatusOrder(places: readonly Place[]): readonly Place[] {
  return places.length < 2 ? places : places.toSorted((a, b) => compareAddresses(a.address, b.address))
}
