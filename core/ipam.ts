// The allocator: deterministic, no I/O, no clock; its state changes by these verbs alone.
import type { Address, Family } from './address.ts'
import type { Allocation } from './allocation.ts'
import type { Policy } from './config/policy.ts'
import type { Pool } from './config/pool.ts'
import { defaultPoolFor } from './default-pool.ts'
import { type Affected, Ledger } from './ledger.ts'
import type { NamespaceView } from './namespace.ts'
import type { NamespacedName } from './namespaced-name.ts'
import { findPassed } from './passed-over.ts'
import { askOf, findHeld, findMore, findPlaces, type Placing, refuseOutright } from './placement.ts'
import { PoolOrder, type PoolPriority } from './pool-order.ts'
import type { Place } from './pool-space.ts'
import { quotaOf } from './quota.ts'
import type { Passed, Refusal } from './refusal.ts'
import { Releases } from './releases.ts'
import { fail, ok, type Result } from './result.ts'
import type { ServiceView } from './service.ts'

export interface IpamOptions {
  readonly poolPriority: PoolPriority
  /** Addresses that are never handed out: the Nodes' own. A Service that holds one already keeps it. */
  readonly reserved: readonly Address[]
  /** Quotas and default pools, by name; none when not set. */
  readonly policies?: readonly Policy[]
  /** Who has left which address; none when not set. Configured with the same pools before the allocator is. */
  readonly releases?: Releases
}

/** What Ipam is about besides Services. */
export interface Configuration extends Pick<IpamOptions, 'reserved' | 'policies'> {
  readonly pools: readonly Pool[]
}

export interface Usage {
  /** Distinct addresses in use: a shared one counts once. */
  readonly assignedIPv4: bigint
  readonly assignedIPv6: bigint
  /** Usable addresses, in use or not. */
  readonly totalIPv4: bigint
  readonly totalIPv6: bigint
}

/** What a Service would have if it were as shown. */
export interface Prospect extends Pick<Allocation, 'addresses' | 'pools'> {
  /** Why it would not keep what it holds now; absent when it keeps that, or holds nothing. */
  readonly lost?: Refusal
  /** Why it would not get more than it holds now, although it asks for more addresses of a family. */
  readonly missing?: Refusal
}

export interface Ipam {
  readonly pools: readonly Pool[]
  /** Finds addresses for a Service that holds none. Whatever it held is released first. */
  allocate(service: ServiceView, namespace: NamespaceView): Result<Allocation, Refusal>
  /** Enters what a Service holds already, without what is more than it asks for; or says why it may not keep it; a refused claim changes nothing. No quota takes an address away. */
  claim(service: ServiceView, addresses: readonly Address[], namespace: NamespaceView): Result<Allocation, Refusal>
  /** Adds what a Service lacks of what it wants: a family, or more addresses of one. Fails when nothing can be added. */
  extend(service: ServiceView, namespace: NamespaceView): Result<Allocation, Refusal>
  /** The pools that came before those of the addresses that the Service has just been given, and why they did not serve; undefined when there were none. */
  passedOver(service: ServiceView, namespace: NamespaceView): Passed | undefined
  /** @returns false when it held nothing */
  release(key: NamespacedName): boolean
  /** What `claim` of what the Service holds, or else `allocate`, would come to in the end. Changes nothing. */
  probe(service: ServiceView, namespace: NamespaceView): Result<Prospect, Refusal>
  /** It is where it is by its terms of today, whether it may stay there or not, unless somebody else there stands against them. @returns whether they are others than before */
  renew(service: ServiceView): boolean
  /** Takes its addresses from a Service but keeps others off them until `settle`: its status still shows them. @returns false when it held nothing */
  vacate(key: NamespacedName): boolean
  /** Like `vacate`, but this address is free at once. */
  giveUp(key: NamespacedName, address: Address): void
  /** Keeps others off addresses that the Service's status shows but that it may not keep, until `settle`; those in use already are left alone. */
  shut(service: ServiceView, addresses: readonly Address[]): void
  /** The status no longer shows what was vacated or shut. @returns false when there was nothing */
  settle(key: NamespacedName): boolean
  affectedBy(pools: readonly Pool[]): Affected
  /** Pools, Nodes and policies are these from now on. Services that it affects have been released before, and are to be claimed again. */
  reconfigure(configuration: Configuration): void
  /** The answers of the releases about these addresses may be others now. */
  review(addresses: readonly Address[]): void
  /** Whether addresses are kept for the Service. */
  isExpected(key: NamespacedName): boolean
  allocationOf(key: NamespacedName): Allocation | undefined
  /** Every address that the Service is on, or that is kept for it until `settle`. */
  addressesOf(key: NamespacedName): readonly Address[]
  allocations(): readonly Allocation[]
  /** Who is on the address; several when they share it. */
  holdersOf(address: Address): readonly NamespacedName[]
  /** The pool in whose ranges the address lies. */
  poolOf(address: Address): Pool | undefined
  usage(pool: string): Usage | undefined
  /** Pools whose usage may be another since the last call. */
  takeTouched(): readonly string[]
  /** Addresses of the pool that nobody is on and that are kept for Services that have gone. */
  kept(pool: string): Readonly<Record<Family, number>>
  /** The pool that a Service prefers because somebody set a default. */
  defaultPoolOf(service: ServiceView, namespace: NamespaceView): string | undefined
  /** Whether a policy limits how many addresses the namespace may have. */
  isLimited(namespace: NamespaceView): boolean
  /** Distinct addresses that the Services of a namespace hold, or are leaving, in a pool or not. */
  heldIn(namespace: string): Readonly<Record<Family, number>>
}

export function createIpam(pools: readonly Pool[], options: IpamOptions): Ipam {
  const { poolPriority, reserved, releases = new Releases() } = options
  const ledger = new Ledger(pools, reserved, releases)
  const placingOf = (all: readonly Pool[], policies: readonly Policy[] = []): Placing => ({
    ledger,
    order: new PoolOrder(all, poolPriority),
    policies,
  })
  let placing = placingOf(pools, options.policies)
  const refuseAny = (service: ServiceView): Refusal | undefined => refuseOutright(service, placing.order.pools)
  return {
    get pools(): readonly Pool[] {
      return placing.order.pools
    },
    allocate(service, namespace) {
      const ask = askOf(placing, service, namespace)
      // Not vacated addresses: those stay shut until the status is written, for others; it may come back to one of them itself.
      if (ledger.allocationOf(service.key) !== undefined) ledger.release(service.key)
      const refused = refuseAny(service)
      const places = refused === undefined ? ledger.without(service.key, () => findPlaces(placing, ask)) : fail(refused)
      return places.ok ? ok(ledger.enter(service, places.value)) : places
    },
    claim(service, addresses, namespace) {
      const refused = refuseAny(service)
      const places = refused === undefined ? findHeld(placing, addresses, service, namespace) : fail(refused)
      return places.ok ? ok(ledger.enter(service, places.value)) : places
    },
    extend(service, namespace) {
      const held = ledger.allocationOf(service.key)?.places ?? []
      const places = findMore(placing, held, askOf(placing, service, namespace, held))
      return places.ok ? ok(ledger.enter(service, places.value)) : places
    },
    probe(service, namespace) {
      const refused = refuseAny(service)
      if (refused !== undefined) return fail(refused)
      const decided = ledger.allocationOf(service.key)
      const held = decided?.uid === service.uid ? decided.addresses : service.held
      const kept = held.length === 0 ? undefined : findHeld(placing, held, service, namespace)
      if (kept?.ok === true && service.requestFault === undefined) {
        if (service.addressCount === 1 || isComplete(service, kept.value)) return ok(prospectOf(kept.value))
        const more = findMore(placing, kept.value, askOf(placing, service, namespace, kept.value))
        return ok({ ...prospectOf(kept.value), ...(more.ok ? {} : { missing: more.error }) })
      }
      const ask = askOf(placing, service, namespace)
      const places = ledger.without(service.key, () => findPlaces(placing, ask))
      if (!places.ok) return places
      return ok({ ...prospectOf(places.value), ...(kept === undefined || kept.ok ? {} : { lost: kept.error }) })
    },
    passedOver(service, namespace) {
      const pools = ledger.allocationOf(service.key)?.pools ?? []
      return findPassed(placing, pools, askOf(placing, service, namespace))
    },
    release: (key) => ledger.release(key),
    renew: (service) => ledger.renew(service),
    vacate: (key) => ledger.vacate(key),
    giveUp: (key, address) => ledger.giveUp(key, address),
    shut: (service, addresses) => ledger.shut(service, addresses),
    settle: (key) => ledger.settle(key),
    affectedBy: (all) => ledger.affectedBy(all),
    reconfigure(configuration) {
      ledger.reconfigure(configuration.pools, configuration.reserved)
      placing = placingOf(configuration.pools, configuration.policies)
    },
    review: (addresses) => ledger.review(addresses),
    isExpected: (key) => releases.keptFor(key).length > 0,
    addressesOf: (key) => ledger.addressesOf(key),
    allocationOf: (key) => ledger.allocationOf(key),
    allocations: () => ledger.allocations(),
    holdersOf: (address) => ledger.tenants.at(address),
    poolOf: (address) => ledger.laneOf(address)?.space.pool,
    usage(name) {
      const space = ledger.space(name)
      if (space === undefined) return undefined
      return {
        assignedIPv4: space.assigned('IPv4'),
        assignedIPv6: space.assigned('IPv6'),
        totalIPv4: space.capacity('IPv4'),
        totalIPv6: space.capacity('IPv6'),
      }
    },
    takeTouched: () => ledger.takeTouched(),
    kept: (name) => {
      const space = ledger.space(name)
      return { IPv4: space?.kept('IPv4') ?? 0, IPv6: space?.kept('IPv6') ?? 0 }
    },
    defaultPoolOf: (service, namespace) => defaultPoolFor(service, namespace, placing.order, placing.policies),
    isLimited: (namespace) => Object.keys(quotaOf(namespace, placing.policies)).length > 0,
    heldIn: (namespace) => ({ IPv4: ledger.count(namespace, 'IPv4'), IPv6: ledger.count(namespace, 'IPv6') }),
  }
}

function isComplete({ families, addressCount }: ServiceView, places: readonly Place[]): boolean {
  return places.length >= families.length * addressCount
}

function prospectOf(places: readonly Place[]): Prospect {
  return { addresses: places.map(({ address }) => address), pools: places.map(({ lane }) => lane.space.pool.name) }
}
