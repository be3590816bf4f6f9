// What the controller does about one Service, decided without doing it: state and Service in, actions out. Level-driven: it never asks what changed, only what is.
import { type Address, formatAddress, sameAddress } from './address.ts'
import { byAge } from './age.ts'
import type { Allocation } from './allocation.ts'
import { addressesBeside, type Book, noteOutside } from './book.ts'
import { hopesFrom, wantOf } from './hope.ts'
import type { Ipam } from './ipam.ts'
import type { NamespaceView } from './namespace.ts'
import { type NamespacedName, splitName } from './namespaced-name.ts'
import { announced, cleared, conditionOf, distinctPools, type EmitEvent, isShown, type Kept, kept, type Outcome, refused } from './news.ts'
import { isOnItsWay, takeBack } from './on-its-way.ts'
import { quote } from './quote.ts'
import type { Refusal } from './refusal.ts'
import type { Result } from './result.ts'
import type { AllocatedCondition, ServiceView } from './service.ts'
import { sameTenant } from './tenant.ts'
import type { Waiter } from './waiting-list.ts'

/** To be sent with the resourceVersion as precondition; when the API server has taken it, `confirm` follows. Actions after it wait for that. */
export interface WriteStatus {
  readonly type: 'writeStatus'
  readonly service: NamespacedName
  readonly resourceVersion: string
  /** Canonical texts; empty clears the status. */
  readonly addresses: readonly string[]
  /** For the annotation; none removes it. */
  readonly pool?: string
  /** The pool of each address that the status does not show yet. */
  readonly added: readonly string[]
  /** `metallb.io/Allocated`; none removes it. */
  readonly condition?: AllocatedCondition
}

export type Action =
  | WriteStatus
  | EmitEvent
  /** Another Service lost what it held, or may now have what it waits for: it is to be planned next, before others. */
  | { readonly type: 'reconsider'; readonly service: NamespacedName }

/** Planning again after the actions are done gives none. */
export function plan(book: Book, service: ServiceView, namespace: NamespaceView): readonly Action[] {
  const actions = decide(book, service, namespace)
  noteOutside(book, service)
  const write = actions.findIndex(({ type }) => type === 'writeStatus')
  // Whoever comes next does not wait for it.
  return actions.toSpliced(write === -1 ? actions.length : write, 0, ...offer(book))
}

/**
 * What a Service shows, and on which terms others may share its address, counts from the moment it is known, not only when its turn to be planned has come:
 * else somebody gets what it has, or joins it by the old terms.
 */
export function hear(book: Book, service: ServiceView): readonly Action[] {
  const { ipam, outsiders } = book
  if (!service.isLoadBalancer) return []
  const known = ipam.allocationOf(service.key)
  const renewed = ipam.renew(service) ? ipam.allocationOf(service.key) : undefined
  if (renewed !== undefined) openDoor(book, known, renewed)
  const outside = outsiders.of(service.key)
  const coming = outside.filter((address) => isOnItsWay(book, service.key, address))
  const news = addressesBeside(ipam, service)
  const giving = news.flatMap((address) => ipam.holdersOf(address).map((by) => ({ by, address })))
  const actions = giving.filter(({ by, address }) => isOnItsWay(book, by, address)).map(({ by, address }) => takeBack(book, by, address))
  if (outside.length + news.length > 0) ipam.shut(service, [...service.held, ...coming])
  noteOutside(book, service, coming)
  return [...actions, ...offer(book)]
}

/** The Service is gone, or has nothing to do with us any more. */
export function planGone(book: Book, key: NamespacedName): readonly Action[] {
  book.outsiders.leave(key)
  forget(book, key)
  return offer(book)
}

/** The API server has taken the Service's status, which is as shown now. */
export function confirm(book: Book, service: ServiceView): readonly Action[] {
  const { ipam } = book
  settle(book, service.key)
  const kept = ipam.allocationOf(service.key)?.addresses ?? []
  const isKept = service.held.every((address) => kept.some((each) => sameAddress(each, address)))
  // While the status was on its way the pools were closed to the Service: others stay off what it shows until it is planned anew.
  if (!isKept && service.isLoadBalancer) ipam.shut(service, service.held)
  noteOutside(book, service)
  return offer(book)
}

/** What was released, and is held or rests, is another matter now. */
export function planReleased(book: Book, addresses: readonly Address[]): readonly Action[] {
  book.ipam.review(addresses)
  book.waiting.fulfil(hopesFrom(book.ipam, addresses))
  return offer(book)
}

/** The Service cannot be planned now; its own change brings it back. */
export function planLater(book: Book, key: NamespacedName): readonly Action[] {
  book.waiting.leave(key)
  return offer(book)
}

/** Of those for whom something has become possible the oldest: when it is planned, the next follows. */
function offer({ waiting }: Book): readonly Action[] {
  return waiting.next === undefined ? [] : [{ type: 'reconsider', service: waiting.next }]
}

function decide(book: Book, service: ServiceView, namespace: NamespaceView): readonly Action[] {
  const hasLeftUs = book.ipam.allocationOf(service.key)?.uid === service.uid
  if (!service.isLoadBalancer) forget(book, service.key)
  if (service.isForeign) return hasLeftUs ? withdraw(service) : []
  return service.isLoadBalancer ? planBalanced(book, service, namespace) : writeIfNeeded(book, service, {}, undefined)
}

function forget({ ipam, told, unwritten, waiting }: Book, key: NamespacedName): void {
  told.delete(key)
  unwritten.delete(key)
  waiting.leave(key)
  const addresses = ipam.addressesOf(key)
  if (ipam.release(key)) waiting.fulfil(hopesFrom(ipam, addresses, splitName(key).namespace))
}

function settle({ ipam, unwritten, waiting }: Book, key: NamespacedName): void {
  unwritten.delete(key)
  const addresses = ipam.addressesOf(key)
  if (ipam.settle(key)) waiting.fulfil(hopesFrom(ipam, addresses, splitName(key).namespace))
}

function planBalanced(book: Book, service: ServiceView, namespace: NamespaceView): readonly Action[] {
  const { ipam, waiting } = book
  const actions: Action[] = []
  const decided = ipam.allocationOf(service.key)
  // The same name may be another Service.
  const isOutdated = decided !== undefined && (decided.uid !== service.uid || wasOvertaken(book, service, decided))
  if (isOutdated) forget(book, service.key)
  const known = isOutdated ? undefined : decided
  const before = keep(book, service, namespace, { known, actions })
  if (before === 'notOurs') {
    waiting.leave(service.key)
    return actions
  }
  actions.push(...unreadable(service))
  const { allocation, refusal } =
    before?.allocation === undefined ? allocateAnew(ipam, service, namespace) : extendIfWanted(ipam, service, namespace, before.allocation)
  if (before !== undefined) actions.push(...cleared(service, before, allocation))
  if (refusal === undefined) waiting.leave(service.key)
  else waiting.enter(waiterOf(service), wantOf(ipam, service, namespace, { refusal, isPart: allocation !== undefined }))
  if (allocation !== undefined) actions.push(...tell(book, service, kept(service, refusal)))
  else if (refusal !== undefined) actions.push(...tell(book, service, refused(service, refusal)))
  if (allocation !== undefined) openDoor(book, known, allocation)
  const passed = isAllNew(service, allocation) ? ipam.passedOver(service, namespace) : undefined
  const outcome = { allocation, refusal, passed }
  return [...actions, ...writeIfNeeded(book, service, outcome, conditionOf(service, outcome))]
}

/** Before our decision was written another leader's was, which was on its way when its time ended: now that one is live. */
function wasOvertaken({ unwritten }: Book, { heldText, key }: ServiceView, { addresses }: Allocation): boolean {
  const before = unwritten.get(key)
  const shown = heldText.join()
  return before !== undefined && shown !== '' && shown !== before && shown !== addresses.map(formatAddress).join()
}

/**
 * Somebody else serves it now. What is ours goes, if we served it a moment ago; where somebody else has written since, and what we find of others who use our
 * names, stays.
 */
function withdraw({ key, resourceVersion, heldText, heldIsStrange, allocated, allocatedFromPool }: ServiceView): readonly Action[] {
  const isOurs = heldText.length === 0 && !heldIsStrange && (allocated !== undefined || allocatedFromPool !== undefined)
  return isOurs ? [{ type: 'writeStatus', service: key, resourceVersion, addresses: [], added: [] }] : []
}

/** MetalLB's word for a status that tells no family. */
function unreadable({ key, heldText, held }: ServiceView): readonly Action[] {
  if (heldText.length === held.length) return []
  const message = `status.loadBalancer.ingress holds ${quote(heldText.join(', '))}, which are not all IP addresses: it is written anew`
  return [{ type: 'emitEvent', service: key, severity: 'Warning', reason: 'nolbIPsIPFamily', message }]
}

function allocateAnew(ipam: Ipam, service: ServiceView, namespace: NamespaceView): Outcome {
  if (service.deleting) return {}
  const found = ipam.allocate(service, namespace)
  if (!found.ok) return { refusal: found.error }
  return extendIfWanted(ipam, service, namespace, found.value)
}

/** What it may not keep stays shut until its status is written. */
function keep(
  book: Book,
  service: ServiceView,
  namespace: NamespaceView,
  { known, actions }: { readonly known: Allocation | undefined; readonly actions: Action[] },
): Kept | undefined | 'notOurs' {
  const { ipam } = book
  const current = known?.addresses ?? service.held
  if (current.length === 0) return undefined
  const kept = { had: current, isNews: known === undefined }
  const claim =
    known === undefined ? claimHeld(book, service, namespace, actions) : claimKnown(book, service, known, { namespace, actions })
  if (claim.ok) {
    if (claim.value.addresses.length < current.length) ipam.shut(service, current)
    return { ...kept, allocation: claim.value }
  }
  // Without pools nothing tells our work from that of others but our annotation.
  if (claim.error.reason === 'NoPools' && service.allocatedFromPool === undefined) return 'notOurs'
  ipam.vacate(service.key)
  ipam.shut(service, service.held)
  return { ...kept, refusal: claim.error }
}

/** Somebody who waits may share now what was not to be shared before. */
function openDoor({ ipam, waiting }: Book, known: Allocation | undefined, { addresses, tenant }: Allocation): void {
  if (tenant.sharingKey === undefined || (known !== undefined && sameTenant(known.tenant, tenant))) return
  waiting.fulfil(hopesFrom(ipam, addresses, tenant.namespace))
}

/** Somebody who was to join it on terms that it no longer has is not there yet. */
function claimKnown(
  book: Book,
  service: ServiceView,
  { addresses }: Allocation,
  { namespace, actions }: { readonly namespace: NamespaceView; readonly actions: Action[] },
): Result<Allocation, Refusal> {
  for (;;) {
    const claim = book.ipam.claim(service, addresses, namespace)
    if (claim.ok || !('by' in claim.error)) return claim
    const { by, address } = claim.error
    const isLive = service.held.some((shown) => sameAddress(shown, address))
    if (!isLive || !isOnItsWay(book, by, address)) return claim
    actions.push(takeBack(book, by, address))
  }
}

/**
 * What the status shows but we did not know: written by an earlier leader. Of two Services that show one address the older keeps it, and the younger is planned
 * anew; one that was only to have it gives way.
 */
function claimHeld(book: Book, service: ServiceView, namespace: NamespaceView, actions: Action[]): Result<Allocation, Refusal> {
  const { ipam } = book
  for (;;) {
    const claim = ipam.claim(service, service.held, namespace)
    if (claim.ok || !('by' in claim.error)) return claim
    const { by } = claim.error
    const other = ipam.allocationOf(by)
    if (other === undefined) return claim
    if (!isOnItsWay(book, by, claim.error.address) && byAge(service, { ...other, name: by }) > 0) return claim
    actions.push(takeBack(book, by, claim.error.address))
  }
}

/**
 * PreferDualStack with two cluster IPs is content with one family, and takes the second when there is one. Who wants more addresses of a family than it has
 * waits for them. Who said which addresses it wants has them all.
 */
function wantsMore(service: ServiceView, { addresses }: Allocation): boolean {
  const { requestedAddresses, requestFault, families, addressCount, deleting } = service
  const asksForNone = requestFault === undefined && requestedAddresses.length === 0
  return asksForNone && families.length * addressCount > addresses.length && !deleting
}

function extendIfWanted(ipam: Ipam, service: ServiceView, namespace: NamespaceView, had: Allocation): Outcome {
  let allocation = had
  // One family may be completed where another cannot: that is asked for once more, for its reason.
  while (wantsMore(service, allocation)) {
    const extended = ipam.extend(service, namespace)
    if (!extended.ok) return { allocation, refusal: extended.error }
    allocation = extended.value
  }
  return { allocation }
}

function waiterOf({ createdAt, uid, key }: ServiceView): Waiter {
  return { createdAt, uid, name: key }
}

/** Once, until there is other news. */
function tell({ told }: Book, service: ServiceView, news: EmitEvent | undefined): readonly Action[] {
  if (news === undefined) told.delete(service.key)
  if (news === undefined || told.get(service.key) === news.message) return []
  told.set(service.key, news.message)
  return [news]
}

function writeIfNeeded(
  book: Book,
  service: ServiceView,
  { allocation, passed }: Outcome,
  condition: AllocatedCondition | undefined,
): readonly Action[] {
  const addresses = allocation?.addresses.map(formatAddress) ?? []
  const pool = allocation && distinctPools(allocation).join(',')
  const isSame = addresses.length === service.heldText.length && addresses.every((text, index) => text === service.heldText[index])
  const isExact = isSame && (addresses.length === 0 || (service.heldIsComplete && !service.heldIsStrange))
  const isToldRight = isShown(condition, service.allocated)
  if (isExact && isToldRight && service.allocatedFromPool === pool) {
    settle(book, service.key)
    return []
  }
  // A status that is not ours and that we cannot replace stays.
  const isForeign = allocation === undefined && service.allocatedFromPool === undefined && !service.isLoadBalancer
  if (isForeign && isToldRight) {
    settle(book, service.key)
    return []
  }
  const added = poolsOfNew(service, addresses, allocation)
  const write: Action = {
    type: 'writeStatus',
    service: service.key,
    resourceVersion: service.resourceVersion,
    addresses,
    ...(pool === undefined ? {} : { pool }),
    added,
    ...(condition === undefined ? {} : { condition }),
  }
  if (!isSame) book.unwritten.set(service.key, service.heldText.join())
  return allocation === undefined || added.length === 0 ? [write] : [write, ...announced(service, allocation, passed)]
}

/** Nothing of it is in the status yet. */
function isAllNew({ heldText }: ServiceView, allocation: Allocation | undefined): boolean {
  return allocation?.addresses.every((address) => !heldText.includes(formatAddress(address))) === true
}

function poolsOfNew({ heldText }: ServiceView, addresses: readonly string[], allocation: Allocation | undefined): readonly string[] {
  return allocation?.pools.filter((_, index) => !heldText.includes(addresses[index] ?? '')) ?? []
}
