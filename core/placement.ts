// Where a Service may be: the rules of pools, families and requests over the books of ledger.ts. Nothing here changes anything.
import { type Address, type Family, sameAddresses } from './address.ts'
import { type Ask, candidates, type Shortage, type Shortages, whyNot } from './candidates.ts'
import type { Policy } from './config/policy.ts'
import type { Pool } from './config/pool.ts'
import { defaultPoolFor } from './default-pool.ts'
import { hostIn } from './host-part.ts'
import type { Ledger } from './ledger.ts'
import type { NamespaceView } from './namespace.ts'
import { allowsNamespace, type PoolOrder, selectsService } from './pool-order.ts'
import type { Place, PoolSpace } from './pool-space.ts'
import { quotaOf } from './quota.ts'
import type { PoolRefusal, QuotaRefusal, Refusal } from './refusal.ts'
import { fail, ok, type Result } from './result.ts'
import type { ServiceView } from './service.ts'
import { tenantOf } from './tenant.ts'

export interface Placing {
  readonly ledger: Ledger
  readonly order: PoolOrder
  readonly policies: readonly Policy[]
}

const noShortages: Shortages = new Map()

type Places = Result<readonly Place[], Refusal>

const none: readonly PoolSpace[] = []

/** What forbids the Service any address at all. */
export function refuseOutright(service: ServiceView, pools: readonly Pool[]): Refusal | undefined {
  if (pools.length === 0) return { reason: 'NoPools' }
  if (service.families.length === 0) return { reason: 'NoClusterAddress' }
  if (service.familyPolicy === 'RequireDualStack' && service.clusterAddresses.length < 2) return { reason: 'DualStackImpossible' }
  return undefined
}

const oneOfEach: Ask['wanted'] = { IPv4: 1, IPv6: 1 }

/** @param kept what it has and keeps; the rest is wanted */
export function askOf(placing: Placing, service: ServiceView, namespace: NamespaceView, kept: readonly Place[] = []): Ask {
  const isPlain = service.addressCount === 1 && service.requestedAddresses.length === 0 && kept.length === 0
  const wanted = isPlain ? oneOfEach : { IPv4: wantedOf(service, 'IPv4', kept), IPv6: wantedOf(service, 'IPv6', kept) }
  const tenant = tenantOf(service)
  return { service, tenant, namespace, wanted, short: findShortages(placing, { service, namespace, wanted }, kept) }
}

/** How many more addresses of the family the Service wants. */
function wantedOf({ addressCount, requestedAddresses }: ServiceView, wanted: Family, kept: readonly Place[]): number {
  const all = requestedAddresses.length === 0 ? addressCount : requestedAddresses.filter(({ family }) => family === wanted).length
  return kept.length === 0 ? all : Math.max(all - kept.filter(({ address }) => address.family === wanted).length, 0)
}

/** Whoever has an address may exchange it, even where a quota has shrunk below what is held. */
function findShortages(
  { ledger, policies }: Placing,
  { service, namespace, wanted }: Pick<Ask, 'service' | 'namespace' | 'wanted'>,
  kept: readonly Place[],
): Shortages {
  if (policies.length === 0) return noShortages
  const limits = quotaOf(namespace, policies)
  const short = new Map<Family, Shortage>()
  const isNew = (address: Address): boolean => !ledger.tenants.hasNeighbour(address, service)
  for (const family of service.families) {
    const limit = limits[family]
    if (limit === undefined) continue
    const used = ledger.count(namespace.name, family)
    const brought = ledger.broughtBy(service, family)
    const staying = kept.filter(({ address }) => address.family === family && isNew(address)).length
    const room = Math.max(limit.allowed - used, 0) + brought - staying
    if (room >= wanted[family]) continue
    const more = wanted[family] === 1 ? {} : { wanted: wanted[family] }
    short.set(family, {
      room: Math.max(room, 0),
      refusal: { reason: 'QuotaExceeded', ...limit, namespace: namespace.name, family, used, ...more },
    })
  }
  return short
}

/** Addresses for a Service that has none. */
export function findPlaces(placing: Placing, ask: Ask): Places {
  const { requestedAddresses, requestedPools, requestFault } = ask.service
  if (requestFault !== undefined) return fail({ reason: 'RequestInvalid', message: requestFault.message })
  if (requestedAddresses.length > 0) return findRequested(placing, ask)
  const former = findFormer(placing, ask)
  if (former !== undefined) return ok(former)
  if (requestedPools.length > 0) return findListed(placing, ask)
  return findAutomatically(placing, ask)
}

/** What the Service had before it went, if that is all that it wants: wherever it is. */
function findFormer({ ledger, order }: Placing, ask: Ask): readonly Place[] | undefined {
  const { service, tenant, namespace, wanted } = ask
  const { requestedPools, families } = service
  const isOpen = ({ lane: { space } }: Place): boolean =>
    requestedPools.length === 0
      ? whyClosed(space.pool, service, namespace) === undefined
      : requestedPools.includes(space.pool.name) && openSpace(ledger, order, space.pool.name, namespace).ok
  const open = ledger.returning(tenant).filter((place) => isOpen(place) && findOddHost(service, [place]) === undefined)
  if (open.length === 0) return undefined
  const found = families.flatMap((family) => open.filter(({ address }) => address.family === family).slice(0, wanted[family]))
  const spaces = new Set(found.map(({ lane }) => lane.space))
  const isWhole = families.every((family) => found.filter(({ address }) => address.family === family).length === wanted[family])
  const mayCombine = spaces.size === 1 || requestedPools.length > 1
  return isWhole && mayCombine && whyTooMany(ledger, found, ask) === undefined ? inStatusOrder(found) : undefined
}

/** The quota that has no room for so many further addresses. */
function whyTooMany(ledger: Ledger, places: readonly Place[], { tenant, short }: Ask): QuotaRefusal | undefined {
  for (const [family, { room, refusal }] of short) {
    const isFurther = ({ address }: Place): boolean => address.family === family && !ledger.tenants.hasNeighbour(address, tenant)
    if (places.filter(isFurther).length > room) return refusal
  }
  return undefined
}

/** The places of addresses that the Service holds, when it may keep them: wherever they are, and without those beyond the number that it asks for. */
export function findHeld(placing: Placing, addresses: readonly Address[], service: ServiceView, namespace: NamespaceView): Places {
  const wanted = withoutSurplus(service, addresses)
  const mismatch = findMismatch(service, wanted)
  if (mismatch !== undefined) return fail(mismatch)
  const places = locate(placing.ledger, wanted)
  if (!places.ok) return places
  const odd = findOddHost(service, places.value)
  if (odd !== undefined) return fail(odd)
  const refused = refuse(placing.ledger, service, places.value, namespace)
  return refused === undefined ? places : fail(refused)
}

/**
 * More addresses for a Service that has some but fewer than it wants: of a family that it has from the pool where that is; of another from the pool of
 * what it has, else from the first that can of those it lists. Families that cannot be completed stay as they are.
 *
 * @returns why not, when none can
 */
export function findMore(placing: Placing, held: readonly Place[], ask: Ask): Places {
  const { wanted, service } = ask
  const found: Place[] = []
  const tried: PoolRefusal[] = []
  for (const family of service.families) {
    if (wanted[family] === 0) continue
    const more = findMoreOf(placing, family, held, ask)
    if (more.ok) found.push(...more.value)
    else tried.push(...more.error)
  }
  if (found.length > 0) return ok(inStatusOrder([...held, ...found]))
  const [exceeded] = [...ask.short.values()].map(({ refusal }) => refusal)
  return fail(tried.length === 0 && exceeded !== undefined ? exceeded : onlyOf(tried))
}

/** @returns why the pools have none; nothing where a quota alone forbids it */
function findMoreOf(
  { ledger, order }: Placing,
  family: Family,
  held: readonly Place[],
  ask: Ask,
): Result<readonly Place[], readonly PoolRefusal[]> {
  const kin = held.find(({ address }) => address.family === family)
  const home = (kin ?? held[0])?.lane.space.pool.name ?? ''
  const tried: PoolRefusal[] = []
  let isOpen = false
  for (const name of kin === undefined ? new Set([home, ...ask.service.requestedPools]) : [home]) {
    const space = openSpace(ledger, order, name, ask.namespace)
    const places = space.ok ? candidates(ledger, space.value, family, ask) : []
    if (places.length === ask.wanted[family]) return ok(places)
    isOpen ||= space.ok
    tried.push(...(space.ok ? whyNotAny(ledger, space.value, [family], ask) : [space.error]))
  }
  return fail(isOpen && ask.short.has(family) ? [] : tried)
}

function findAutomatically(placing: Placing, ask: Ask): Places {
  const { ledger, order, policies } = placing
  const { service, namespace, short, tenant } = ask
  const named = order.pinned(service, namespace)
  const pinned = named.length === 0 ? none : named.flatMap(({ name }) => ledger.space(name) ?? [])
  const preferred = ledger.space(service.preferredPool ?? defaultPoolFor(service, namespace, order, policies) ?? '')
  const unlimited = short.size === 0 ? service.families : service.families.filter((family) => short.get(family)?.room !== 0)
  const general = ledger.general.with(unlimited, ledger.tenants.sharedSpaces(tenant), preferred)
  const returning = findReturning(ledger, ask)
  const picked = pickAmong(ledger, returning, ask) ?? pickAmong(ledger, pinned, ask) ?? pickOne(ledger, general, ask)
  if (picked !== undefined) return ok(picked)
  const exceeded = whyExceeded(ask)
  if (exceeded !== undefined) return fail(exceeded)
  const all = ledger.general.all.toSorted((a, b) => Number(b === preferred) - Number(a === preferred))
  const tried = [...pinned, ...all].flatMap((space) => whyNotAny(ledger, space, service.families, ask))
  const closed = order.pools.flatMap((pool) => whyClosed(pool, service, namespace) ?? [])
  return fail({ reason: 'NoPoolAvailable', tried: [...tried, ...closed] })
}

/** In the first pool of the list that has every family; else each family in the first that has it. */
function findListed({ ledger, order }: Placing, ask: Ask): Places {
  const { service, namespace } = ask
  const listed = service.requestedPools.map((name) => openSpace(ledger, order, name, namespace))
  const open = listed.flatMap((space) => (space.ok ? [space.value] : []))
  const picked = pick(ledger, open, ask)
  const places = placesOf(picked, service, true)
  if (places !== undefined) return ok(places)
  const exceeded = open.length === 0 ? undefined : whyExceeded(ask)
  if (exceeded !== undefined) return fail(exceeded)
  const missing = service.families.filter((family) => picked.first[family] === undefined)
  return fail(onlyOf(listed.flatMap((space) => (space.ok ? whyNotAny(ledger, space.value, missing, ask) : [space.error]))))
}

/** A pool that is named: it may be used whether or not it may be used without being named. */
export function openSpace(ledger: Ledger, order: PoolOrder, name: string, namespace: NamespaceView): Result<PoolSpace, PoolRefusal> {
  const space = ledger.space(name)
  if (space === undefined) return fail({ reason: 'PoolUnknown', pool: name, known: order.pools.map((pool) => pool.name) })
  if (space.pool.frozen) return fail({ reason: 'PoolFrozen', pool: name })
  return allowsNamespace(space.pool, namespace) ? ok(space) : fail({ reason: 'NamespaceNotAllowed', pool: name, namespace: namespace.name })
}

function onlyOf(tried: readonly PoolRefusal[]): Refusal {
  const [first, ...more] = tried
  return first !== undefined && more.length === 0 ? first : { reason: 'NoPoolAvailable', tried }
}

function findRequested({ ledger }: Placing, ask: Ask): Places {
  const { service, namespace } = ask
  const { requestedAddresses: addresses, requestedPools, families } = service
  const requested = familiesOf(addresses)
  if (!sameFamilies(requested, families)) return fail({ reason: 'RequestFamiliesDiffer', requested, wanted: families })
  const places = locate(ledger, addresses)
  if (!places.ok) return places
  const pools = [...new Set(places.value.map(({ lane }) => lane.space.pool))]
  const names = pools.map(({ name }) => name)
  // Whoever lists several pools means several.
  if (names.length > 1 && requestedPools.length < 2) return fail({ reason: 'AddressesInSeveralPools', addresses, pools: names })
  const frozen = pools.find((pool) => pool.frozen)
  if (frozen !== undefined) return fail({ reason: 'PoolFrozen', pool: frozen.name })
  const own = addresses.find((address) => ledger.isReserved(address))
  if (own !== undefined) return fail({ reason: 'NodeAddress', address: own })
  const refused = refuse(ledger, service, places.value, namespace)
  const forbidden = refused ?? places.value.map((place) => whyHeld(ledger, place, service)).find((held) => held !== undefined)
  const tooMany = forbidden ?? whyTooMany(ledger, places.value, ask)
  return tooMany === undefined ? ok(inStatusOrder(places.value)) : fail(tooMany)
}

interface Picked {
  /** In the first pool that has every family. */
  readonly whole: readonly Place[] | undefined
  /** Of each family the places in the first pool that has it: in all pools that there are, when there is no `whole`. */
  readonly first: Readonly<Partial<Record<Family, readonly Place[]>>>
}

function pick(ledger: Ledger, spaces: Iterable<PoolSpace>, ask: Ask): Picked {
  const { families } = ask.service
  const [lone] = families
  if (lone !== undefined && families.length === 1) return pickLone(ledger, spaces, lone, ask)
  const first: Partial<Record<Family, readonly Place[]>> = {}
  for (const space of spaces) {
    const found: Place[] = []
    let complete = 0
    for (const family of families) {
      const places = candidates(ledger, space, family, ask)
      if (places.length < ask.wanted[family]) continue
      found.push(...places)
      complete++
      first[family] ??= places
    }
    if (complete === families.length) return { whole: inStatusOrder(found), first }
  }
  return { whole: undefined, first }
}

/** Nearly every Service has one family, so this is what all of them wait for. */
function pickLone(ledger: Ledger, spaces: Iterable<PoolSpace>, family: Family, ask: Ask): Picked {
  for (const space of spaces) {
    const places = candidates(ledger, space, family, ask)
    if (places.length >= ask.wanted[family]) return { whole: inStatusOrder(places), first: {} }
  }
  return { whole: undefined, first: {} }
}

/**
 * The first pool that has every family; where a list allows it, else each family from another pool; for PreferDualStack else the primary family alone, else
 * the secondary.
 */
function placesOf({ whole, first }: Picked, { families, familyPolicy }: ServiceView, mayCombine: boolean): readonly Place[] | undefined {
  if (whole !== undefined) return whole
  const parts = families.flatMap((family) => (first[family] === undefined ? [] : [first[family]]))
  if (mayCombine && parts.length === families.length) return inStatusOrder(parts.flat())
  return familyPolicy === 'RequireDualStack' ? undefined : parts[0]
}

/** All from one pool. */
function pickOne(ledger: Ledger, spaces: Iterable<PoolSpace>, ask: Ask): readonly Place[] | undefined {
  return placesOf(pick(ledger, spaces, ask), ask.service, false)
}

function pickAmong(ledger: Ledger, spaces: readonly PoolSpace[], ask: Ask): readonly Place[] | undefined {
  return spaces.length === 0 ? undefined : pickOne(ledger, spaces, ask)
}

/** The pools that the Service may use and to whose addresses it may come back. */
function findReturning(ledger: Ledger, { service, tenant, namespace }: Ask): readonly PoolSpace[] {
  const places = ledger.returning(tenant)
  if (places.length === 0) return none
  const spaces = places.map(({ lane }) => lane.space)
  return [...new Set(spaces.filter(({ pool }) => whyClosed(pool, service, namespace) === undefined))]
}

function whyHeld(ledger: Ledger, { lane, address }: Place, { key }: ServiceView): Refusal | undefined {
  const keeping = ledger.keptFromOthers(address, key)
  return keeping === undefined ? undefined : { reason: 'AddressHeld', address, pool: lane.space.pool.name, ...keeping }
}

/** Of a pool that was not picked: which of the families it lacks, but for those that a quota forbids. */
export function whyNotAny(ledger: Ledger, space: PoolSpace, families: readonly Family[], ask: Ask): readonly PoolRefusal[] {
  return families.flatMap((family) => (ask.short.has(family) ? [] : (whyNot(ledger, space, family, ask) ?? [])))
}

/** The quota alone keeps the Service from being served; one that prefers both families is content with the other. */
function whyExceeded({ service: { families, familyPolicy }, short }: Ask): QuotaRefusal | undefined {
  const missing = families.flatMap((family) => short.get(family)?.refusal ?? [])
  return familyPolicy === 'RequireDualStack' || missing.length === families.length ? missing[0] : undefined
}

/** Where the addresses are; none of them avoided by its pool. */
function locate(ledger: Ledger, addresses: readonly Address[]): Places {
  const places: Place[] = []
  for (const address of addresses) {
    const lane = ledger.laneOf(address)
    if (lane === undefined) return fail({ reason: 'AddressInNoPool', address })
    if (!lane.space.isUsable(address)) return fail({ reason: 'AddressAvoided', address, pool: lane.space.pool.name })
    places.push({ lane, address })
  }
  return ok(places)
}

/** What forbids this Service these addresses. A pool or address that it names itself overrides serviceSelectors, never namespaces. */
function refuse(ledger: Ledger, service: ServiceView, places: readonly Place[], namespace: NamespaceView): Refusal | undefined {
  const { requestedPools, requestedAddresses, requestFault } = service
  // It may have been named in words that cannot be read any more.
  const isNamed = requestedPools.length > 0 || requestedAddresses.length > 0 || requestFault !== undefined
  for (const { lane, address } of places) {
    const { pool } = lane.space
    if (requestFault === undefined && requestedPools.length > 0 && !requestedPools.includes(pool.name))
      return { reason: 'OutsideRequestedPool', address, requested: requestedPools, actual: pool.name }
    if (!allowsNamespace(pool, namespace)) return { reason: 'NamespaceNotAllowed', pool: pool.name, namespace: namespace.name }
    if (!isNamed && !selectsService(pool, service)) return { reason: 'ServiceNotSelected', pool: pool.name }
  }
  const tenant = tenantOf(service)
  return places.map(({ address }) => ledger.tenants.conflict(address, tenant)).find((conflict) => conflict !== undefined)
}

/** Of each family no more than the Service asks for: the last go. */
function withoutSurplus(
  { addressCount, requestedAddresses, requestFault }: ServiceView,
  addresses: readonly Address[],
): readonly Address[] {
  if (addresses.length <= addressCount || requestedAddresses.length > 0 || requestFault !== undefined) return addresses
  const seen = { IPv4: 0, IPv6: 0 }
  return addresses.filter(({ family }) => ++seen[family] <= addressCount)
}

/** What the Service holds is not what it asks for any more. A request that cannot be read changes nothing. */
function findMismatch(service: ServiceView, addresses: readonly Address[]): Refusal | undefined {
  const held = familiesOf(addresses)
  const isPart =
    service.familyPolicy !== 'RequireDualStack' && held.length === 1 && held.every((family) => service.families.includes(family))
  if (!isPart && !sameFamilies(held, service.families)) return { reason: 'FamiliesChanged', held, wanted: service.families }
  const { requestedAddresses: requested } = service
  if (requested.length === 0 || sameAddresses(requested, addresses)) return undefined
  return { reason: 'OtherAddressRequested', held: addresses, requested }
}

function findOddHost({ hostPart, requestFault }: ServiceView, places: readonly Place[]): Refusal | undefined {
  if (hostPart === undefined || requestFault !== undefined) return undefined
  const odd = places.find(({ lane, address }) => address.family === 'IPv6' && hostIn(lane.range, hostPart)?.value !== address.value)
  return odd && { reason: 'HostPartDiffers', address: odd.address, hostPart }
}

function whyClosed(pool: Pool, service: ServiceView, namespace: NamespaceView): PoolRefusal | undefined {
  if (pool.frozen) return { reason: 'PoolFrozen', pool: pool.name }
  if (!pool.autoAssign) return { reason: 'AutoAssignOff', pool: pool.name }
  if (!allowsNamespace(pool, namespace)) return { reason: 'NamespaceNotAllowed', pool: pool.name, namespace: namespace.name }
  return selectsService(pool, service) ? undefined : { reason: 'ServiceNotSelected', pool: pool.name }
}

function familiesOf(addresses: readonly Address[]): readonly Family[] {
  const [first] = addresses
  return first !== undefined && addresses.length === 1 ? [first.family] : [...new Set(addresses.map(({ family }) => family))]
}

/** Neither has one twice. */
function sameFamilies(a: readonly Family[], b: readonly Family[]): boolean {
  return a.length === b.length && a.every((family) => b.includes(family))
}

/** IPv4 before IPv6, as MetalLB writes the status: the layer 2 election goes by the first. Those of a family stay as they are. */
function inStatusOrder(places: readonly Place[]): readonly Place[] {
  if (places.length < 2) return places
  const of = (family: Family): readonly Place[] => places.filter(({ address }) => address.family === family)
  return [...of('IPv4'), ...of('IPv6')]
}
