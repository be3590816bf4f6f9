// What would let a refused Service have an address: read off the refusal, so that what becomes free is offered only to those who can use it.
import { type Address, type Family, formatAddress } from './address.ts'
import type { Ipam } from './ipam.ts'
import type { NamespaceView } from './namespace.ts'
import type { Refusal } from './refusal.ts'
import type { ServiceView } from './service.ts'
import { tenantOf } from './tenant.ts'
import type { Want } from './waiting-list.ts'

/** Whether what other Services do cannot end it: only a change of the Service itself or of the configuration can, and then it is planned anyway. */
const isLasting: Readonly<Record<Refusal['reason'], boolean>> = {
  NoPools: true,
  NoClusterAddress: true,
  DualStackImpossible: true,
  RequestInvalid: true,
  RequestFamiliesDiffer: true,
  AddressInNoPool: true,
  AddressesInSeveralPools: true,
  AddressAvoided: true,
  NodeAddress: true,
  FamiliesChanged: true,
  OtherAddressRequested: true,
  OutsideRequestedPool: true,
  HostPartDiffers: true,
  HostPartOutside: true,
  HostPartTaken: false,
  PoolUnknown: true,
  PoolFrozen: true,
  AutoAssignOff: true,
  NamespaceNotAllowed: true,
  ServiceNotSelected: true,
  FamilyUnavailable: true,
  NoPoolAvailable: false,
  PoolExhausted: false,
  QuotaExceeded: false,
  AddressInUse: false,
  AddressHeld: false,
  SharingKeyDiffers: false,
  BackendsDiffer: false,
  PortInUse: false,
}

export interface Disappointment {
  readonly refusal: Refusal
  /** It has a part of what it wants. */
  readonly isPart: boolean
}

export function wantOf(ipam: Ipam, service: ServiceView, namespace: NamespaceView, { refusal, isPart }: Disappointment): Want {
  // Of two families a quota may forbid one while the pools lack the other, of which alone the refusal tells.
  const besides = service.families.length > 1 && ipam.isLimited(namespace) ? [hopeFor('namespace', namespace.name)] : []
  const hopes = [...new Set([...hopesOf(refusal), ...besides])]
  return { hopes, text: JSON.stringify([refusal.reason, hopes, isPart ? partOf(ipam, service) : null, demandOf(ipam, service)]) }
}

/** What may have come true when a Service of the namespace has left these addresses, or lets others join it there, or when they are held for nobody any more. */
export function hopesFrom(ipam: Ipam, addresses: readonly Address[], namespace?: string): readonly string[] {
  const ofAddresses = addresses.flatMap((address) => {
    const pool = ipam.poolOf(address)?.name
    const itself = hopeFor('address', formatAddress(address))
    return pool === undefined ? [itself] : [itself, hopeFor(address.family, pool)]
  })
  return namespace === undefined ? ofAddresses : [...ofAddresses, hopeFor('namespace', namespace)]
}

/**
 * What decides beside the hopes whether something that becomes free serves the Service: two of whom one could be served and the other not must differ here.
 * Which pools are open to it need not be here: those that are full are its hopes.
 */
function demandOf(ipam: Ipam, service: ServiceView): readonly unknown[] {
  const { key, ...tenant } = tenantOf(service)
  const { families, familyPolicy, addressCount, hostPart } = service
  // What is held for it nobody else gets.
  const self = ipam.isExpected(key) ? key : undefined
  return [families, familyPolicy, addressCount, hostPart?.toString(), tenant.sharingKey === undefined ? undefined : tenant, self]
}

/** The families of what it has already: the more of one, the fewer are missing. */
function partOf(ipam: Ipam, { key }: ServiceView): readonly Family[] {
  return ipam.allocationOf(key)?.addresses.map(({ family }) => family) ?? []
}

function hopesOf(refusal: Refusal): readonly string[] {
  if (isLasting[refusal.reason]) return []
  if ('tried' in refusal) return refusal.tried.flatMap(hopesOf)
  if ('by' in refusal || refusal.reason === 'AddressHeld' || refusal.reason === 'HostPartTaken')
    return [hopeFor('address', formatAddress(refusal.address))]
  if ('namespace' in refusal) return [hopeFor('namespace', refusal.namespace)]
  if ('family' in refusal) return [hopeFor(refusal.family, refusal.pool)]
  return []
}

/** An address, the free addresses of a family in a pool, or what a namespace may still have. */
function hopeFor(what: 'address' | 'namespace' | Family, name: string): string {
  return `${what} ${name}`
}
