// What the leader knows beyond the API: who is on which address, who waits, and what each was told. Changes of the configuration touch only whom they are about.
import type { Address } from './address.ts'
import { byAge } from './age.ts'
import type { Allocation } from './allocation.ts'
import type { Configuration, Ipam } from './ipam.ts'
import type { NamespaceView } from './namespace.ts'
import type { NamespacedName } from './namespaced-name.ts'
import { connected, Outsiders } from './outsiders.ts'
import { rebuild } from './rebuild.ts'
import type { ServiceView } from './service.ts'
import { WaitingList } from './waiting-list.ts'

/** Changed by the functions here and in service-plan.ts alone. */
export interface Book {
  readonly ipam: Ipam
  /** Services that want an address, or a second one, and have none. */
  readonly waiting: WaitingList
  /** What each Service in trouble was last told, so that it is told once. */
  readonly told: Map<NamespacedName, string>
  /** Services whose new addresses the API server has not taken yet, with what their status showed when these were decided. */
  readonly unwritten: Map<NamespacedName, string>
  /** Services whose status shows an address on which they are not: none has a pool for it, or there are no pools. */
  readonly outsiders: Outsiders
}

export interface BookSource {
  service(key: NamespacedName): ServiceView | undefined
  namespaceOf(name: string): NamespaceView
}

/** The books of a new leader: what the statuses show, oldest first. */
export function openBook(ipam: Ipam, services: readonly ServiceView[] = [], namespaceOf?: BookSource['namespaceOf']): Book {
  const book: Book = { ipam, waiting: new WaitingList(), told: new Map(), unwritten: new Map(), outsiders: new Outsiders() }
  if (namespaceOf !== undefined) rebuild(ipam, services, namespaceOf)
  for (const service of services) noteOutside(book, service)
  return book
}

/**
 * Pools, Nodes or policies are these now. Whoever is on what goes or comes is entered anew, oldest first: with what was decided, if its status is perhaps not
 * written yet, else with what its status shows.
 *
 * @returns whom to plan, oldest first: those who were entered anew, and all who wait, since each may have another answer now
 */
export function reconfigureBook(book: Book, configuration: Configuration, source: BookSource): readonly NamespacedName[] {
  const { ipam, outsiders, waiting } = book
  const { services, comes } = ipam.affectedBy(configuration.pools)
  // Without pools nothing is known about anybody.
  const isTurn = (ipam.pools.length === 0) !== (configuration.pools.length === 0)
  const touched = connected(ipam, outsiders, [...services, ...outsiders.where(isTurn ? () => true : comes)])
  const decided = new Map<NamespacedName, Allocation>()
  const known = new Map<NamespacedName, readonly Address[]>()
  for (const key of touched) {
    const allocation = ipam.allocationOf(key)
    if (allocation !== undefined) decided.set(key, allocation)
    known.set(key, [...ipam.addressesOf(key), ...outsiders.of(key)])
    ipam.release(key)
  }
  ipam.reconfigure(configuration)
  const views = [...touched].flatMap((key) => source.service(key) ?? [])
  rebuild(
    ipam,
    views,
    (name) => source.namespaceOf(name),
    (key) => decided.get(key),
  )
  for (const view of views) {
    // A status with what was decided may be on its way.
    const coming = known.get(view.key) ?? []
    if (view.isLoadBalancer) ipam.shut(view, [...view.held, ...coming])
    noteOutside(book, view, coming)
  }
  const waiters = waiting.keys.filter((key) => !touched.has(key)).flatMap((key) => source.service(key) ?? [])
  return [...views, ...waiters].toSorted((a, b) => byAge({ ...a, name: a.key }, { ...b, name: b.key })).map(({ key }) => key)
}

/**
 * After the books have the Service, or have refused it.
 *
 * @param coming what its status may show soon
 */
export function noteOutside({ ipam, outsiders }: Book, service: ServiceView, coming: readonly Address[] = []): void {
  const { key, isLoadBalancer } = service
  const outside = isLoadBalancer ? addressesBeside(ipam, service, coming) : []
  if (outsiders.of(key).length > 0) outsiders.leave(key)
  if (outside.length > 0) outsiders.enter(key, outside)
}

/** Those that the status shows, or may show soon, and on which the books do not have the Service; each once. */
export function addressesBeside(ipam: Ipam, { key, held }: ServiceView, coming: readonly Address[] = []): readonly Address[] {
  if (held.length + coming.length === 0) return []
  const own = ipam.addressesOf(key)
  const all = new Map([...held, ...coming].map((address) => [address.value, address]))
  return [...all.values()].filter((address) => own.every(({ value }) => value !== address.value))
}
