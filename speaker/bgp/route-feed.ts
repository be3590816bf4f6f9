// The routes of one peer on their way out: what it should have, and when how much of it is written.
import type { Family } from '../../core/address.ts'
import { after, type Instant, instant, millis } from '../../core/time.ts'
import { concatBytes } from '../bytes.ts'
import { AdjRibOut } from './adj-rib-out.ts'
import type { RouteWriter } from './route-attributes.ts'

/** What one write takes: enough to fill the wire, little enough that the peer has work soon and a KEEPALIVE does not wait for long. */
const writeOctets = 64 << 10

/** Between two writes: changes that come in a burst share messages. */
const burst = millis(10)

export class RouteFeed {
  /** Kept while the session is down. */
  readonly routes: { readonly [F in Family]: AdjRibOut } = { IPv4: new AdjRibOut('IPv4'), IPv6: new AdjRibOut('IPv6') }
  #session: { readonly families: readonly Family[]; readonly writer: RouteWriter } | undefined
  #writeAt: Instant | undefined
  #wroteAt = instant(-Infinity)
  /** The last write was full, so that more waits. */
  #isCut = false
  #updates = 0

  /** UPDATE messages so far. */
  get updates(): number {
    return this.#updates
  }

  /** When changes that wait are to be written; undefined when none wait for the time. */
  get writeAt(): Instant | undefined {
    return this.#writeAt
  }

  /** A session is up: its peer has nothing from us. */
  begin(families: readonly Family[], writer: RouteWriter): void {
    this.#session = { families, writer }
    this.#forget()
  }

  end(): void {
    this.#session = undefined
    this.#forget()
  }

  /** Whether changes may be written now; else they may at `writeAt`. */
  isDue(now: Instant): boolean {
    const next = after(this.#wroteAt, burst)
    if (this.#isCut || next <= now) return true
    if (this.#session !== undefined) this.#writeAt ??= next
    return false
  }

  /** The peer has not read what it was sent: nothing is due until it has. */
  hold(): void {
    this.#writeAt = undefined
  }

  /** One write's worth of messages; undefined when there is nothing to say. What is taken counts as sent. */
  take(now: Instant): Uint8Array | undefined {
    this.#writeAt = undefined
    if (this.#session === undefined) return undefined
    const { families, writer } = this.#session
    const messages: Uint8Array[] = []
    let octets = 0
    for (const family of families) {
      if (octets >= writeOctets) break
      for (const message of this.routes[family].take(writer)) {
        messages.push(message)
        octets += message.length
        if (octets >= writeOctets) break
      }
    }
    this.#isCut = octets >= writeOctets
    if (messages.length === 0) return undefined
    this.#wroteAt = now
    this.#updates += messages.length
    return concatBytes(messages)
  }

  #forget(): void {
    this.#writeAt = undefined
    this.#isCut = false
    for (const routes of Object.values(this.routes)) routes.forget()
  }
}
