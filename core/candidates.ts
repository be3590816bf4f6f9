// Which addresses of one pool a Service could get. Nothing here changes anything.
import type { Address, Family } from './address.ts'
import { hostIn } from './host-part.ts'
import type { Ledger } from './ledger.ts'
import type { NamespaceView } from './namespace.ts'
import { isBefore, type Place, type PoolSpace } from './pool-space.ts'
import type { PoolRefusal, QuotaRefusal } from './refusal.ts'
import type { ServiceView } from './service.ts'
import type { Tenant } from './tenant.ts'

/** A family of which the Service's namespace may have fewer further addresses than the Service wants. One that it has already it may share. */
export interface Shortage {
  /** How many further ones there may be. */
  readonly room: number
  readonly refusal: QuotaRefusal
}

export type Shortages = ReadonlyMap<Family, Shortage>

/** A Service that wants addresses. */
export interface Ask {
  readonly service: ServiceView
  readonly tenant: Tenant
  readonly namespace: NamespaceView
  /** How many of each of its families. */
  readonly wanted: Readonly<Record<Family, number>>
  readonly short: Shortages
}

/**
 * What the Service had before it went; then the next addresses of the pool, in listed order, that are free or that it may share: as many as it wants, or all
 * that there are.
 */
export function candidates(ledger: Ledger, space: PoolSpace, family: Family, ask: Ask): readonly Place[] {
  const { tenant, wanted, short, service } = ask
  if (family === 'IPv6' && service.hostPart !== undefined) return pinned(ledger, space, service.hostPart, ask).slice(0, 1)
  const count = wanted[family]
  const room = short.get(family)?.room ?? count
  const before = ledger.returning(tenant)
  if (tenant.sharingKey === undefined && before.length === 0) return next(space, family, Math.min(count, room))
  const isFit = ({ address }: Place): boolean => space.isUsable(address) && !ledger.isReserved(address)
  const left = ledger.reusable(tenant, space, family).filter(isFit)
  const others = merged([
    // Of these more than there is room for would be of no use.
    space.free(family).take(Math.min(count, room)),
    ledger.tenants.shareable(tenant, space, family).filter(isFit),
    left.toSorted((a, b) => (isBefore(a, b) ? -1 : 1)).values(),
  ])
  const returning = before.values().filter(({ lane, address }) => lane.space === space && address.family === family)
  return firstOf([returning, others], count, room, (address) => ledger.tenants.hasNeighbour(address, tenant))
}

/** Why the pool was not picked for a family; undefined when it has what is wanted. */
export function whyNot(ledger: Ledger, space: PoolSpace, family: Family, ask: Ask): PoolRefusal | undefined {
  const pool = space.pool.name
  const wanted = ask.wanted[family]
  const free = candidates(ledger, space, family, ask).length
  if (free >= wanted) return undefined
  if (!space.hasFamily(family)) return { reason: 'FamilyUnavailable', pool, family }
  if (family === 'IPv6' && ask.service.hostPart !== undefined) return whyNotPinned(ledger, space, ask.service.hostPart, ask)
  const kept = space.kept(family)
  return { reason: 'PoolExhausted', pool, family, ...(free === 0 ? {} : { free, wanted }), ...(kept === 0 ? {} : { kept }) }
}

/** The addresses with the host part that the Service may have, in listed order of the prefixes. */
function pinned(ledger: Ledger, space: PoolSpace, hostPart: bigint, { tenant, short }: Ask): readonly Place[] {
  const isShort = short.get('IPv6')?.room === 0
  return placesWith(space, hostPart).filter(
    ({ address }) => whyTaken(ledger, address, tenant) === undefined && !(isShort && !ledger.tenants.hasNeighbour(address, tenant)),
  )
}

function whyNotPinned(ledger: Ledger, space: PoolSpace, hostPart: bigint, { tenant }: Ask): PoolRefusal {
  const pool = space.pool.name
  for (const { address } of placesWith(space, hostPart)) {
    const taken = whyTaken(ledger, address, tenant)
    if (taken !== undefined) return { reason: 'HostPartTaken', pool, address, ...taken }
  }
  return { reason: 'HostPartOutside', pool, hostPart }
}

function placesWith(space: PoolSpace, hostPart: bigint): readonly Place[] {
  return space.lanes.flatMap((lane) => {
    const address = hostIn(lane.range, hostPart)
    return address === undefined ? [] : [{ lane, address }]
  })
}

function whyTaken(
  ledger: Ledger,
  address: Address,
  tenant: Tenant,
): Pick<Extract<PoolRefusal, { reason: 'HostPartTaken' }>, 'by'> | undefined {
  if (ledger.isReserved(address)) return {}
  const by = ledger.tenants.conflict(address, tenant)?.by ?? ledger.keptFromOthers(address, tenant.key)?.service
  return by === undefined ? undefined : { by }
}

/** Without looking further than it must: nearly always for one address. */
function next(space: PoolSpace, family: Family, count: number): readonly Place[] {
  if (count > 1) return [...space.free(family).take(count)]
  const place = count < 1 ? undefined : space.next(family)
  return place === undefined ? [] : [place]
}

/**
 * Each address once.
 *
 * @param room how many there may be that the namespace does not have already
 */
function firstOf(
  streams: readonly Iterable<Place>[],
  count: number,
  room: number,
  isOurs: (address: Address) => boolean,
): readonly Place[] {
  const found: Place[] = []
  let left = room
  for (const stream of streams) {
    for (const place of stream) {
      if (found.some(({ address }) => address.value === place.address.value)) continue
      const ours = isOurs(place.address)
      if (!ours && left === 0) continue
      if (!ours) left--
      found.push(place)
      if (found.length === count) return found
    }
  }
  return found
}

/** Sorted streams as one. */
function* merged(streams: readonly Iterator<Place>[]): Generator<Place> {
  const heads = streams.map((stream) => stream.next())
  for (;;) {
    let first = -1
    for (const [index, head] of heads.entries()) {
      const best = heads[first]
      if (head.done !== true && (best === undefined || best.done === true || isBefore(head.value, best.value))) first = index
    }
    const [head, stream] = [heads[first], streams[first]]
    if (head === undefined || stream === undefined || head.done === true) return
    heads[first] = stream.next()
    yield head.value
  }
}
