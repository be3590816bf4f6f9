// Adj-RIB-Out of one family (RFC 4271 §3.2): what the peer should have, against what it was sent.
import type { Family } from '../../core/address.ts'
import type { Nlri } from './nlri.ts'
import type { RouteAttributes, RouteWriter } from './route-attributes.ts'
import { type PackedUpdate, packAnnouncements, packWithdrawals } from './update-packing.ts'

interface Route {
  /** What the peer has, as far as we know; undefined when it has nothing. */
  sent: RouteAttributes | undefined
  /** Undefined: to be withdrawn. */
  wanted: RouteAttributes | undefined
}

interface Group {
  readonly attributes: RouteAttributes
  readonly prefixes: Set<Nlri>
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
  readonly #withdrawals = new Set<Nlri>()
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
    return [...this.#announcements.values()].reduce((sum, { prefixes }) => sum + prefixes.size, this.#withdrawals.size)
  }

  get hasPending(): boolean {
    return this.#withdrawals.size > 0 || this.#announcements.size > 0
  }

  /** @param attributes undefined withdraws */
  set(prefix: Nlri, attributes: RouteAttributes | undefined): void {
    const route = this.#routes.get(prefix) ?? { sent: undefined, wanted: undefined }
    if (route.wanted?.key === attributes?.key) return
    this.#unqueue(prefix, route)
    route.wanted = attributes
    if (route.sent === undefined && attributes === undefined) this.#routes.delete(prefix)
    else this.#routes.set(prefix, route)
    if (route.sent?.key !== attributes?.key) this.#queue(prefix, route)
  }

  /** The session is gone and the peer has nothing: everything wanted is to be sent again. */
  forget(): void {
    this.#announcements.clear()
    this.#withdrawals.clear()
    this.#sentCount = 0
    for (const [prefix, route] of this.#routes) {
      route.sent = undefined
      if (route.wanted === undefined) this.#routes.delete(prefix)
      else this.#queue(prefix, route)
    }
  }

  /** ROUTE-REFRESH (RFC 2918 §4): everything wanted once more; withdrawals that the peer has not been told stay. */
  resend(): void {
    for (const [prefix, route] of this.#routes) if (route.wanted !== undefined) this.#queue(prefix, route)
  }

  /** Takes what is pending, message by message: withdrawals first. What the caller does not ask for stays pending; what it got counts as sent. */
  *take(writer: RouteWriter): Generator<Uint8Array, void> {
    yield* this.#taken(packWithdrawals(this.family, this.#withdrawals, writer.messageLimit))
    for (const [key, { attributes, prefixes }] of this.#announcements) {
      yield* this.#taken(packAnnouncements(this.family, prefixes, attributes, writer))
      if (prefixes.size === 0) this.#announcements.delete(key)
    }
  }

  *#taken(updates: Iterable<PackedUpdate>): Generator<Uint8Array, void> {
    for (const { message, prefixes } of updates) {
      for (const prefix of prefixes) this.#markSent(prefix)
      yield message
    }
  }

  #markSent(prefix: Nlri): void {
    const route = this.#routes.get(prefix)
    if (route === undefined) return
    if (route.sent === undefined) this.#sentCount += 1
    if (route.wanted === undefined) {
      this.#sentCount -= 1
      this.#withdrawals.delete(prefix)
      this.#routes.delete(prefix)
      return
    }
    this.#announcements.get(route.wanted.key)?.prefixes.delete(prefix)
    route.sent = route.wanted
  }

  #queue(prefix: Nlri, { wanted }: Route): void {
    if (wanted === undefined) {
      this.#withdrawals.add(prefix)
      return
    }
    const group = this.#announcements.get(wanted.key)
    if (group === undefined) this.#announcements.set(wanted.key, { attributes: wanted, prefixes: new Set([prefix]) })
    else group.prefixes.add(prefix)
  }

  #unqueue(prefix: Nlri, { wanted }: Route): void {
    if (wanted === undefined) this.#withdrawals.delete(prefix)
    else {
      const group = this.#announcements.get(wanted.key)
      group?.prefixes.delete(prefix)
      if (group?.prefixes.size === 0) this.#announcements.delete(wanted.key)
    }
  }
}
