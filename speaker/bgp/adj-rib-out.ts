// Adj-RIB-Out of one family (RFC 4271 §3.2): what the peer should have, against what it was sent.
import type { Family } from '../../core/address.ts'
import type { Nlri } from './nlri.ts'
import type { RouteAttributes, RouteWriter } from './route-attributes.ts'
import { packAnnouncements, packWithdrawals } from './update-packing.ts'

interface Route {
  readonly nlri: Nlri
  /** What the peer has, as far as we know; undefined when it has nothing. */
  sent: RouteAttributes | undefined
  /** Undefined: to be withdrawn. */
  wanted: RouteAttributes | undefined
}

interface Group {
  readonly attributes: RouteAttributes
  readonly routes: Set<Route>
}

/**
 * The table remembers differences, not messages: a route that changes a thousand times while the peer does not read costs one entry, and one that
 * changes back costs nothing.
 */
export class AdjRibOut {
  readonly family: Family
  readonly #routes = new Map<Nlri, Route>()
  /** Routes to be sent, by the key of their attributes. */
  readonly #announcements = new Map<string, Group>()
  readonly #withdrawals = new Set<Route>()
  #sentCount = 0

  constructor(family: Family) {
    this.family = family
  }

  /** Prefixes that the peer has from us. */
  get sentCount(): number {
    return this.#sentCount
  }

  /** Prefixes whose change the peer has not been told. */
  get pendingCount(): number {
    return [...this.#announcements.values()].reduce((sum, { routes }) => sum + routes.size, this.#withdrawals.size)
  }

  /** @param attributes undefined withdraws */
  set(nlri: Nlri, attributes: RouteAttributes | undefined): void {
    const route = this.#routes.get(nlri) ?? { nlri, sent: undefined, wanted: undefined }
    if (route.wanted?.key === attributes?.key) return
    this.#unqueue(route)
    route.wanted = attributes
    if (route.sent === undefined && attributes === undefined) this.#routes.delete(nlri)
    else this.#routes.set(nlri, route)
    if (route.sent?.key !== attributes?.key) this.#queue(route)
  }

  /** The session is gone and the peer has nothing: everything wanted is to be sent again. */
  forget(): void {
    // Everything wanted is queued already: 100,000 routes are not queued again between Established and the first UPDATE.
    if (this.#sentCount === 0) return
    this.#announcements.clear()
    this.#withdrawals.clear()
    this.#sentCount = 0
    for (const route of this.#routes.values()) {
      route.sent = undefined
      if (route.wanted === undefined) this.#routes.delete(route.nlri)
      else this.#queue(route)
    }
  }

  /** ROUTE-REFRESH (RFC 2918 §4): everything wanted once more; withdrawals that the peer has not been told stay. */
  resend(): void {
    for (const route of this.#routes.values()) if (route.wanted !== undefined) this.#queue(route)
  }

  /** Takes what is pending, message by message: withdrawals first. What the caller does not ask for stays pending; what it got counts as sent. */
  *take(writer: RouteWriter): Generator<Uint8Array, void> {
    for (const { message, routes } of packWithdrawals(this.family, this.#withdrawals, writer.messageLimit)) {
      for (const route of routes) {
        this.#withdrawals.delete(route)
        this.#routes.delete(route.nlri)
      }
      this.#sentCount -= routes.length
      yield message
    }
    for (const [key, group] of this.#announcements) {
      for (const { message, routes } of packAnnouncements(this.family, group.routes, group.attributes, writer)) {
        for (const route of routes) {
          if (route.sent === undefined) this.#sentCount += 1
          route.sent = route.wanted
          group.routes.delete(route)
        }
        yield message
      }
      if (group.routes.size === 0) this.#announcements.delete(key)
    }
  }

  #queue(route: Route): void {
    const { wanted } = route
    if (wanted === undefined) {
      this.#withdrawals.add(route)
      return
    }
    const group = this.#announcements.get(wanted.key)
    if (group === undefined) this.#announcements.set(wanted.key, { attributes: wanted, routes: new Set([route]) })
    else group.routes.add(route)
  }

  #unqueue(route: Route): void {
    if (route.wanted === undefined) {
      this.#withdrawals.delete(route)
      return
    }
    const group = this.#announcements.get(route.wanted.key)
    group?.routes.delete(route)
    if (group?.routes.size === 0) this.#announcements.delete(route.wanted.key)
  }
}
