// What the controller does about one Service, decided without doing it: state and Service in, actions out. Level-driven: it never asks what changed, only what is.
import { formatAddress } from './address.ts'
import { type Aged, byAge } from './age.ts'
import { annotationPrefix, deprecatedPrefix } from './annotations.ts'
import type { Ipam } from './ipam.ts'
import type { Allocation } from './ledger.ts'
import type { NamespaceView } from './namespace.ts'
import type { NamespacedName } from './namespaced-name.ts'
import { describeRefusal, type Refusal } from './refusal.ts'
import type { Result } from './result.ts'
import type { AllocatedCondition, ServiceView } from './service.ts'
import { sameTenant, tenantOf } from './tenant.ts'

/** MetalLB's words, spaces and all: people and programs look for them. */
export type EventReason =
  | 'IPAllocated'
  | 'AllocationFailed'
  | 'AdditionalAssignFailed'
  | 'ClearAssignment'
  | 'LoadBalancerFailed'
  | 'not enough clusterips'
  | 'noclusterIPsIPFamily'
  | 'nolbIPsIPFamily'
  | 'deprecatedAnnotation'

/** To be sent with the resourceVersion as precondition; when the API server has taken it, `confirm` follows. Actions after it wait for that. */
export interface WriteStatus {
  readonly type: 'writeStatus'
  readonly service: NamespacedName
  readonly resourceVersion: string
  /** Canonical texts; empty clears the status. */
  readonly addresses: readonly string[]
  /** For the annotation; none removes it. */
  readonly pool?: string
  /** `metallb.io/Allocated`; none removes it. */
  readonly condition?: AllocatedCondition
}

export interface EmitEvent {
  readonly type: 'emitEvent'
  readonly service: NamespacedName
  readonly severity: 'Normal' | 'Warning'
  readonly reason: EventReason
  readonly message: string
}

export type Action =
  | WriteStatus
  | EmitEvent
  /** Another Service lost what it held and is to be planned next. */
  | { readonly type: 'reconsider'; readonly service: NamespacedName }
  /** Something became possible: plan the Services of `listWaiting`. */
  | { readonly type: 'retryWaiting' }

interface Waiting extends Aged {
  /** Services with the same want get the same answer, so asking for the oldest of them is enough. */
  readonly want: string
}

/** What the leader knows beyond the API: changed by `plan`, `planGone`, `confirm` and `rebuild` alone. */
export interface Book {
  readonly ipam: Ipam
  /** Services that want an address, or a second one, and have none. */
  readonly waiting: Map<NamespacedName, Waiting>
  /** What each Service in trouble was last told, so that it is told once. */
  readonly told: Map<NamespacedName, string>
}

export function openBook(ipam: Ipam): Book {
  return { ipam, waiting: new Map(), told: new Map() }
}

/** Planning again after the actions are done gives none. */
export function plan(book: Book, service: ServiceView, namespace: NamespaceView): readonly Action[] {
  // Somebody else serves it: not even our own old annotation is touched.
  if (service.isForeign) return planGone(book, service.key)
  if (!service.isLoadBalancer) return [...planGone(book, service.key), ...writeIfNeeded(book, service, undefined, undefined)]
  return planBalanced(book, service, namespace)
}

/** The Service is gone, or has nothing to do with us any more. */
export function planGone(book: Book, key: NamespacedName): readonly Action[] {
  const { ipam, told } = book
  told.delete(key)
  // Whoever waited spoke for others that want the same.
  const next = stopWaiting(book, key)
  return ipam.release(key) ? [{ type: 'retryWaiting' }] : next
}

/** The API server has taken the Service's status. */
export function confirm({ ipam }: Book, key: NamespacedName): readonly Action[] {
  return ipam.settle(key) ? [{ type: 'retryWaiting' }] : []
}

/** Of all Services that wait for the same the oldest; oldest first. When one is served, the next comes by another `retryWaiting`. */
export function listWaiting({ waiting }: Book): readonly NamespacedName[] {
  const oldest = new Map<string, readonly [NamespacedName, Waiting]>()
  for (const entry of waiting) {
    const known = oldest.get(entry[1].want)
    if (known === undefined || byAge(entry[1], known[1]) < 0) oldest.set(entry[1].want, entry)
  }
  return [...oldest.values()].toSorted(([, a], [, b]) => byAge(a, b)).map(([key]) => key)
}

function planBalanced(book: Book, service: ServiceView, namespace: NamespaceView): readonly Action[] {
  const { ipam } = book
  const actions: Action[] = []
  const decided = ipam.allocationOf(service.key)
  // The same name, another Service.
  if (decided !== undefined && decided.uid !== service.uid) actions.push(...planGone(book, service.key))
  const known = decided?.uid === service.uid ? decided : undefined
  const kept = keep(ipam, service, namespace, { known, actions })
  if (kept === 'notOurs') return actions
  const { allocation, refusal } =
    kept === undefined ? allocateAnew(ipam, service, namespace) : extendIfWanted(ipam, service, namespace, kept)
  if (allocation !== undefined) actions.push(...accept(book, service, allocation, refusal))
  else if (refusal !== undefined) actions.push(...refuse(book, service, refusal))
  else actions.push(...stopWaiting(book, service.key))
  if (allocation !== undefined && opensDoor(known, allocation)) actions.push({ type: 'retryWaiting' })
  return [...actions, ...writeIfNeeded(book, service, allocation, conditionOf(service, allocation, refusal))]
}

/** What a Service comes to. With an allocation, the refusal says why the second family is missing. */
interface Outcome {
  readonly allocation?: Allocation
  readonly refusal?: Refusal
}

function allocateAnew(ipam: Ipam, service: ServiceView, namespace: NamespaceView): Outcome {
  if (service.deleting) return {}
  const found = ipam.allocate(service, namespace)
  if (!found.ok) return { refusal: found.error }
  return extendIfWanted(ipam, service, namespace, found.value)
}

/** What the Service has and may keep. What it may not keep stays shut until its status is written. */
function keep(
  ipam: Ipam,
  service: ServiceView,
  namespace: NamespaceView,
  { known, actions }: { readonly known: Allocation | undefined; readonly actions: Action[] },
): Allocation | undefined | 'notOurs' {
  const current = known?.addresses ?? service.held
  if (current.length === 0) return undefined
  const claim = known === undefined ? claimHeld(ipam, service, namespace, actions) : ipam.claim(service, current, namespace)
  if (claim.ok) return claim.value
  // Without pools nothing tells our work from that of others but our annotation.
  if (claim.error.reason === 'NoPools' && service.allocatedFromPool === undefined) return 'notOurs'
  ipam.vacate(service.key)
  ipam.shut(service, service.held)
  actions.push(cleared(service, current.map(formatAddress), claim.error, known === undefined))
  return undefined
}

/** Somebody who waits may share now what was not to be shared before. */
function opensDoor(known: Allocation | undefined, allocation: Allocation): boolean {
  return allocation.tenant.sharingKey !== undefined && (known === undefined || !sameTenant(known.tenant, allocation.tenant))
}

/** What the status shows but we did not know: written by an earlier leader. The older Service keeps a double address, the younger is planned anew. */
function claimHeld(ipam: Ipam, service: ServiceView, namespace: NamespaceView, actions: Action[]): Result<Allocation, Refusal> {
  for (;;) {
    const claim = ipam.claim(service, service.held, namespace)
    if (claim.ok || !('by' in claim.error)) return claim
    const { by } = claim.error
    const other = ipam.allocationOf(by)
    if (other === undefined || byAge(service, { ...other, name: by }) > 0) return claim
    ipam.release(by)
    actions.push({ type: 'reconsider', service: by })
  }
}

/** PreferDualStack with two cluster IPs is content with one address, and takes the second when there is one; unless it said which address it wants. */
function wantsMore(service: ServiceView, allocation: Allocation): boolean {
  const { requestedAddresses, families, deleting } = service
  const asksForNone = requestedAddresses.ok && requestedAddresses.value.length === 0
  return asksForNone && families.length > allocation.addresses.length && !deleting
}

function extendIfWanted(ipam: Ipam, service: ServiceView, namespace: NamespaceView, allocation: Allocation): Outcome {
  if (!wantsMore(service, allocation)) return { allocation }
  const extended = ipam.extend(service, namespace)
  return extended.ok ? { allocation: extended.value } : { allocation, refusal: extended.error }
}

const refusalEvents: Partial<Readonly<Record<Refusal['reason'], EventReason>>> = {
  RequestInvalid: 'LoadBalancerFailed',
  DualStackImpossible: 'not enough clusterips',
  NoClusterAddress: 'noclusterIPsIPFamily',
}

function refuse(book: Book, service: ServiceView, refusal: Refusal): readonly Action[] {
  const others = wait(book, service, undefined)
  const reason = refusalEvents[refusal.reason] ?? 'AllocationFailed'
  const message = `Failed to allocate IP for "${service.key}": ${describeRefusal(refusal)}`
  return [...others, ...tell(book.told, service, { severity: 'Warning', reason, message })]
}

/** @param missing why the second family is missing */
function accept(book: Book, service: ServiceView, allocation: Allocation, missing: Refusal | undefined): readonly Action[] {
  const { told } = book
  const freed = missing === undefined ? stopWaiting(book, service.key) : wait(book, service, allocation.pool)
  if (!service.requestedAddresses.ok) {
    const message = `${service.requestedAddresses.error}; it keeps what it has`
    return [...freed, ...tell(told, service, { severity: 'Warning', reason: 'LoadBalancerFailed', message })]
  }
  if (missing !== undefined) {
    const message = `no second address for "${service.key}": ${describeRefusal(missing)}`
    return [...freed, ...tell(told, service, { severity: 'Normal', reason: 'AdditionalAssignFailed', message })]
  }
  told.delete(service.key)
  return freed
}

/** @param pool where it must be, for a second family */
function wait({ waiting }: Book, service: ServiceView, pool: string | undefined): readonly Action[] {
  const { namespace, families, familyPolicy, labels, requestedPool, requestedAddresses } = service
  const { key: _, ...tenant } = tenantOf(service)
  const addresses = requestedAddresses.ok ? requestedAddresses.value.map(formatAddress) : []
  const isAlone = tenant.sharingKey === undefined
  const want = JSON.stringify([namespace, families, familyPolicy, labels, requestedPool, addresses, pool, isAlone ? undefined : tenant])
  const before = waiting.get(service.key)?.want
  waiting.set(service.key, { createdAt: service.createdAt, uid: service.uid, name: service.key, want })
  // It spoke for others until now.
  return before === undefined || before === want ? [] : [{ type: 'retryWaiting' }]
}

function stopWaiting({ waiting }: Book, key: NamespacedName): readonly Action[] {
  return waiting.delete(key) ? [{ type: 'retryWaiting' }] : []
}

function tell(told: Book['told'], service: ServiceView, news: Pick<EmitEvent, 'severity' | 'reason' | 'message'>): readonly Action[] {
  if (told.get(service.key) === news.message) return []
  told.set(service.key, news.message)
  return [{ type: 'emitEvent', service: service.key, ...news }]
}

/** @param isNews we learn only now that it holds them: with another holder it is a double, not something that a user did */
function cleared(service: ServiceView, addresses: readonly string[], refusal: Refusal, isNews: boolean): Action {
  const isDouble = isNews && 'by' in refusal
  return {
    type: 'emitEvent',
    service: service.key,
    severity: isDouble ? 'Warning' : 'Normal',
    reason: 'ClearAssignment',
    message: `Service loses ${addresses.join(', ')}: ${describeRefusal(refusal)}${isDouble ? '; the older Service keeps it' : ''}`,
  }
}

/** Undefined: whatever the status says may stay. Without pools nobody knows whether the Service is for us, so nothing is written into it. */
function conditionOf(
  service: ServiceView,
  allocation: Allocation | undefined,
  refusal: Refusal | undefined,
): AllocatedCondition | undefined {
  if (allocation === undefined) {
    if (refusal === undefined || refusal.reason === 'NoPools') return service.allocated
    return { status: 'False', reason: refusal.reason, message: describeRefusal(refusal) }
  }
  const message = assigned(allocation.addresses.map(formatAddress), allocation.pool)
  if (refusal === undefined) return { status: 'True', reason: 'Allocated', message }
  return { status: 'True', reason: 'PartlyAllocated', message: `${message}; no second address: ${describeRefusal(refusal)}` }
}

/** A Service that has its address and no condition was served by MetalLB: it is as right without. */
function isShown(condition: AllocatedCondition | undefined, shown: AllocatedCondition | undefined): boolean {
  if (condition?.reason === 'Allocated') return shown === undefined || (shown.status === 'True' && shown.reason === condition.reason)
  return condition?.status === shown?.status && condition?.reason === shown?.reason && condition?.message === shown?.message
}

function writeIfNeeded(
  book: Book,
  service: ServiceView,
  allocation: Allocation | undefined,
  condition: AllocatedCondition | undefined,
): readonly Action[] {
  const addresses = allocation?.addresses.map(formatAddress) ?? []
  const isSame = addresses.length === service.heldText.length && addresses.every((text, index) => text === service.heldText[index])
  const isExact = isSame && (addresses.length === 0 || (service.heldIsComplete && !service.heldIsStrange))
  const isToldRight = isShown(condition, service.allocated)
  if (isExact && isToldRight && service.allocatedFromPool === allocation?.pool) return confirm(book, service.key)
  // A status that is not ours and that we cannot replace stays.
  const isForeign = allocation === undefined && service.allocatedFromPool === undefined && !service.isLoadBalancer
  if (isForeign && isToldRight) return confirm(book, service.key)
  const write: Action = {
    type: 'writeStatus',
    service: service.key,
    resourceVersion: service.resourceVersion,
    addresses,
    ...(allocation === undefined ? {} : { pool: allocation.pool }),
    ...(condition === undefined ? {} : { condition }),
  }
  return allocation === undefined || isSame ? [write] : [write, ...announce(service, addresses, allocation.pool)]
}

function assigned(addresses: readonly string[], pool: string): string {
  return `Assigned IP ${addresses.join(', ')} from pool "${pool}"`
}

function announce(service: ServiceView, addresses: readonly string[], pool: string): readonly Action[] {
  const told: Action = {
    type: 'emitEvent',
    service: service.key,
    severity: 'Normal',
    reason: 'IPAllocated',
    message: assigned(addresses, pool),
  }
  const [old] = service.deprecatedAnnotations
  if (old === undefined) return [told]
  const message = `annotation ${service.deprecatedAnnotations.join(', ')} is deprecated: write ${annotationPrefix}${old.slice(deprecatedPrefix.length)} and the like`
  return [told, { type: 'emitEvent', service: service.key, severity: 'Warning', reason: 'deprecatedAnnotation', message }]
}
