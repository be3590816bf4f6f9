// Why a Service does not get, or may not keep, an address.
import { type Address, type Family, formatAddress } from './address.ts'
import { annotations } from './annotations.ts'
import { formatHostPart } from './host-part.ts'
import type { NamespacedName } from './namespaced-name.ts'
import { quote } from './quote.ts'
import { formatSecond } from './rfc3339.ts'
import type { Instant } from './time.ts'
import { unreachable } from './unreachable.ts'

/** Another Service on the address stands in the way. */
export type TenantConflict =
  | { readonly reason: 'AddressInUse'; readonly address: Address; readonly by: NamespacedName }
  | {
      readonly reason: 'SharingKeyDiffers'
      readonly address: Address
      readonly by: NamespacedName
      readonly wanted: string
      readonly held: string
    }
  | { readonly reason: 'BackendsDiffer'; readonly address: Address; readonly by: NamespacedName }
  | { readonly reason: 'PortInUse'; readonly address: Address; readonly by: NamespacedName; readonly port: string }

/** The namespace has as many addresses as it may have. */
export interface QuotaRefusal {
  readonly reason: 'QuotaExceeded'
  /** Name of the AllocationPolicy. */
  readonly policy: string
  readonly namespace: string
  readonly family: Family
  readonly used: number
  readonly allowed: number
  /** How many further ones the Service wants, when that is more than one. */
  readonly wanted?: number
}

/** One pool cannot serve the Service. */
export type PoolRefusal =
  | { readonly reason: 'PoolUnknown'; readonly pool: string; readonly known: readonly string[] }
  | { readonly reason: 'PoolFrozen'; readonly pool: string }
  | { readonly reason: 'AutoAssignOff'; readonly pool: string }
  | { readonly reason: 'NamespaceNotAllowed'; readonly pool: string; readonly namespace: string }
  | { readonly reason: 'ServiceNotSelected'; readonly pool: string }
  /** None of its IPv6 prefixes has so many host bits. */
  | { readonly reason: 'HostPartOutside'; readonly pool: string; readonly hostPart: bigint }
  /** `by` absent: it is the own address of a Node. */
  | { readonly reason: 'HostPartTaken'; readonly pool: string; readonly address: Address; readonly by?: NamespacedName }
  | { readonly reason: 'FamilyUnavailable'; readonly pool: string; readonly family: Family }
  | {
      readonly reason: 'PoolExhausted'
      readonly pool: string
      readonly family: Family
      /** What there is where more than one is `wanted`. */
      readonly free?: number
      readonly wanted?: number
      /** So many of its addresses are kept for Services that have gone. */
      readonly kept?: number
    }

/** What it holds is no longer what it asks for. */
export type Mismatch =
  | { readonly reason: 'FamiliesChanged'; readonly held: readonly Family[]; readonly wanted: readonly Family[] }
  | { readonly reason: 'OtherAddressRequested'; readonly held: readonly Address[]; readonly requested: readonly Address[] }
  | { readonly reason: 'HostPartDiffers'; readonly address: Address; readonly hostPart: bigint }
  | { readonly reason: 'OutsideRequestedPool'; readonly address: Address; readonly requested: readonly string[]; readonly actual: string }

export type Refusal =
  | { readonly reason: 'NoPools' }
  | { readonly reason: 'NoClusterAddress' }
  | { readonly reason: 'DualStackImpossible' }
  | { readonly reason: 'RequestInvalid'; readonly message: string }
  | { readonly reason: 'RequestFamiliesDiffer'; readonly requested: readonly Family[]; readonly wanted: readonly Family[] }
  | { readonly reason: 'AddressInNoPool'; readonly address: Address }
  | { readonly reason: 'AddressesInSeveralPools'; readonly addresses: readonly Address[]; readonly pools: readonly string[] }
  | { readonly reason: 'AddressAvoided'; readonly address: Address; readonly pool: string }
  | { readonly reason: 'NodeAddress'; readonly address: Address }
  | {
      readonly reason: 'AddressHeld'
      readonly address: Address
      readonly pool: string
      /** Who may come back to it. */
      readonly service: NamespacedName
      readonly until: Instant
    }
  | { readonly reason: 'NoPoolAvailable'; readonly tried: readonly PoolRefusal[] }
  | QuotaRefusal
  | Mismatch
  | TenantConflict
  | PoolRefusal

/** Pools that were passed over before another served: the first of them, and how many more there are. */
export interface Passed {
  readonly refusals: readonly PoolRefusal[]
  readonly more: number
}

/** For programs that read the log. */
export interface TraceStep {
  readonly reason: Refusal['reason']
  readonly pool?: string
}

const shown = 10
/** More than that nobody reads in a line. */
export const traced = 8

export function traceOf(refusals: readonly Refusal[]): readonly TraceStep[] {
  const all = refusals.flatMap((refusal): readonly Refusal[] => (refusal.reason === 'NoPoolAvailable' ? refusal.tried : [refusal]))
  return all.slice(0, traced).map((refusal) => ({ reason: refusal.reason, ...('pool' in refusal ? { pool: refusal.pool } : {}) }))
}

export function describePassed({ refusals, more }: Passed): string {
  return `${listed(refusals)}${more === 0 ? '' : `; and ${more} more`}`
}

/** A sentence, without a full stop, that an operator understands without the code. */
export function describeRefusal(refusal: Refusal): string {
  switch (refusal.reason) {
    case 'NoPools':
      return 'there is no IPAddressPool: create one in the namespace of MetalLB'
    case 'NoClusterAddress':
      return 'the Service has no cluster IP, so the family of its address is unknown'
    case 'DualStackImpossible':
      return 'the Service has ipFamilyPolicy RequireDualStack but not two cluster IPs'
    case 'RequestInvalid':
      return refusal.message
    case 'RequestFamiliesDiffer':
      return `the Service asks for ${listFamilies(refusal.requested)} but its cluster IPs are ${listFamilies(refusal.wanted)}: ask for addresses of each family that it has, and of no other`
    case 'AddressInNoPool':
      return `address ${formatAddress(refusal.address)} is in no IPAddressPool`
    case 'AddressesInSeveralPools':
      return `addresses ${listAddresses(refusal.addresses)} are in different pools (${listNames(refusal.pools)}): they must come from one pool, unless metallb.io/address-pool lists these`
    case 'AddressAvoided':
      return `address ${formatAddress(refusal.address)} ends in .0 or .255, which pool "${refusal.pool}" avoids (avoidBuggyIPs)`
    case 'NodeAddress':
      return `address ${formatAddress(refusal.address)} is the own address of a Node`
    case 'AddressHeld':
      return `address ${formatAddress(refusal.address)} is held for Service ${refusal.service} until ${formatSecond(refusal.until)}, because pool "${refusal.pool}" holds addresses of deleted Services: ask for another, wait, or shorten ${annotations.hold} of the pool`
    case 'NoPoolAvailable':
      return `no available IPs: ${listRefusals(refusal.tried)}`
    case 'QuotaExceeded':
      return `namespace "${refusal.namespace}" has ${refusal.used} ${refusal.family} ${refusal.used === 1 ? 'address' : 'addresses'}, and AllocationPolicy "${refusal.policy}" allows it ${refusal.allowed}${refusal.wanted === undefined ? '' : `; ${refusal.wanted} more are wanted`}`
    default:
      return describeParticular(refusal)
  }
}

function describeParticular(refusal: Mismatch | TenantConflict | PoolRefusal): string {
  switch (refusal.reason) {
    case 'FamiliesChanged':
      return `the Service holds ${listFamilies(refusal.held)} but its cluster IPs are ${listFamilies(refusal.wanted)}`
    case 'OtherAddressRequested':
      return `the Service asks for ${listAddresses(refusal.requested)} but holds ${listAddresses(refusal.held)}`
    case 'HostPartDiffers':
      return `the Service asks for host part ${formatHostPart(refusal.hostPart)} but holds ${formatAddress(refusal.address)}`
    case 'OutsideRequestedPool':
      return `the Service asks for ${namedPools(refusal.requested)} but address ${formatAddress(refusal.address)} belongs to pool "${refusal.actual}"`
    case 'AddressInUse':
      return `address ${formatAddress(refusal.address)} is in use by Service ${refusal.by}: share it by giving both the same annotation metallb.io/allow-shared-ip, or choose another`
    case 'SharingKeyDiffers':
      return `address ${formatAddress(refusal.address)} is shared by Services with metallb.io/allow-shared-ip ${quote(refusal.held)} (${refusal.by}), not ${quote(refusal.wanted)}`
    case 'BackendsDiffer':
      return `address ${formatAddress(refusal.address)} cannot be shared with Service ${refusal.by}: with externalTrafficPolicy Local both must have the same policy and the same selector`
    case 'PortInUse':
      return `port ${refusal.port} of address ${formatAddress(refusal.address)} is in use by Service ${refusal.by}`
    case 'PoolUnknown':
      return `unknown pool "${refusal.pool}" (there are: ${listNames(refusal.known)})`
    case 'PoolFrozen':
      return `pool "${refusal.pool}" has a problem and hands out nothing until it is corrected`
    case 'AutoAssignOff':
      return `pool "${refusal.pool}" has autoAssign: false and must be named`
    case 'NamespaceNotAllowed':
      return `pool "${refusal.pool}" does not serve namespace "${refusal.namespace}" (serviceAllocation)`
    case 'ServiceNotSelected':
      return `pool "${refusal.pool}" does not select the labels of the Service (serviceAllocation.serviceSelectors)`
    case 'HostPartOutside':
      return `pool "${refusal.pool}" has no IPv6 prefix with room for host part ${formatHostPart(refusal.hostPart)}`
    case 'HostPartTaken':
      return `address ${formatAddress(refusal.address)} of pool "${refusal.pool}" is ${refusal.by === undefined ? 'the own address of a Node' : `in use by or held for Service ${refusal.by}`}`
    case 'FamilyUnavailable':
      return `pool "${refusal.pool}" has no ${refusal.family} addresses`
    case 'PoolExhausted':
      return describeExhausted(refusal)
    default:
      return unreachable(refusal)
  }
}

function describeExhausted({ pool, family, free, wanted, kept }: Extract<PoolRefusal, { readonly reason: 'PoolExhausted' }>): string {
  const state =
    free === undefined
      ? `every ${family} address is in use`
      : `it has ${free} free ${family} ${free === 1 ? 'address' : 'addresses'}, ${wanted} are wanted`
  return `no available IPs in pool "${pool}": ${state}${describeKept(kept)}`
}

/** @returns '' when none is kept */
function describeKept(kept: number | undefined): string {
  if (kept === undefined || kept === 0) return ''
  return ` or held for a deleted Service (${kept} ${kept === 1 ? 'is' : 'are'}, by ${annotations.hold} of the pool)`
}

function listFamilies(families: readonly Family[]): string {
  return families.length === 0 ? 'nothing' : families.join(' and ')
}

function listAddresses(addresses: readonly Address[]): string {
  return addresses.map(formatAddress).join(', ')
}

/** `pool "a"`, or `pools "a", "b"`. */
export function namedPools(names: readonly string[]): string {
  return `${names.length === 1 ? 'pool' : 'pools'} ${names.map((name) => `"${name}"`).join(', ')}`
}

function listNames(names: readonly string[]): string {
  const more = names.length > shown ? ` and ${names.length - shown} more` : ''
  return `${names.slice(0, shown).join(', ')}${more}`
}

function listRefusals(refusals: readonly PoolRefusal[]): string {
  const more = refusals.length > shown ? `; and ${refusals.length - shown} pools more` : ''
  return `${listed(refusals.slice(0, shown))}${more}`
}

function listed(refusals: readonly PoolRefusal[]): string {
  return refusals.map((refusal) => describeParticular(refusal).replace(/^no available IPs in /, '')).join('; ')
}
