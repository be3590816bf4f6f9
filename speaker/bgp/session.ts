// What two speakers have agreed on: our settings against the peer's OPEN.
import type { Family } from '../../core/address.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { type Millis, millis } from '../../core/time.ts'
import { messageLimit } from './header.ts'
import { type Notification, notify } from './notification.ts'
import { asTrans, encodeOpen as encode, type Open } from './open.ts'

/** What this side brings to a session. */
export interface LocalSettings {
  readonly localAs: number
  /** The number the peer must have; or any of our own AS, or any of another. */
  readonly peerAs: number | 'internal' | 'external'
  /** BGP Identifier, the first octet the most significant; not 0. */
  readonly routerId: number
  /** Seconds: 0 for never, or at least 3. */
  readonly holdTime: number
  /** Seconds; undefined for a third of the hold time. */
  readonly keepaliveTime: number | undefined
  readonly families: readonly Family[]
}

export interface Session {
  readonly peerAs: number
  readonly peerRouterId: number
  /** Of our own AS. */
  readonly isInternal: boolean
  /** Undefined: the session never times out, and nobody sends KEEPALIVE but to come up. */
  readonly holdTime: Millis | undefined
  readonly keepaliveTime: Millis | undefined
  /** Those that both sides speak; without any the session is up and carries nothing. */
  readonly families: readonly Family[]
  readonly fourOctetAs: boolean
  /** Longest message that the peer takes, in octets. */
  readonly messageLimit: number
}

export function ourOpen(settings: LocalSettings): Open {
  const { localAs, holdTime, routerId, families } = settings
  return {
    as: localAs > 0xffff ? asTrans : localAs,
    holdTime,
    routerId,
    capabilities: { families, routeRefresh: true, extendedMessage: true, fourOctetAs: localAs },
  }
}

export const encodeOurOpen = (settings: LocalSettings): Uint8Array => encode(ourOpen(settings))

/**
 * Agrees with the peer's OPEN, or tells why not.
 *
 * @see RFC 4271 §4.2 (hold time), §6.2 (errors); RFC 6286 §2.2 (identifiers); RFC 6793 §4.2.1 and RFC 7607 §2 (AS numbers)
 */
export function negotiate(settings: LocalSettings, open: Open): Result<Session, Notification> {
  const { capabilities } = open
  const peerAs = capabilities.fourOctetAs ?? open.as
  const isInternal = peerAs === settings.localAs
  if (open.as === 0 || peerAs === 0 || !isExpectedAs(settings, peerAs, isInternal)) return fail(notify('BadPeerAs'))
  if (open.routerId === 0 || (isInternal && open.routerId === settings.routerId)) return fail(notify('BadBgpIdentifier'))
  if (open.holdTime === 1 || open.holdTime === 2) return fail(notify('UnacceptableHoldTime'))
  const holdTime = Math.min(settings.holdTime, open.holdTime)
  return ok({
    peerAs,
    peerRouterId: open.routerId,
    isInternal,
    holdTime: holdTime === 0 ? undefined : millis(1000 * holdTime),
    keepaliveTime: holdTime === 0 ? undefined : millis(1000 * keepaliveSeconds(settings, holdTime)),
    families: settings.families.filter((family) => capabilities.families.includes(family)),
    fourOctetAs: capabilities.fourOctetAs !== undefined,
    messageLimit: capabilities.extendedMessage ? messageLimit.extended : messageLimit.standard,
  })
}

/** AS_TRANS is nobody's number: who sends it alone has not told theirs. */
function isExpectedAs({ peerAs: expected }: LocalSettings, peerAs: number, isInternal: boolean): boolean {
  switch (expected) {
    case 'internal':
      return isInternal
    case 'external':
      return !isInternal && peerAs !== asTrans
    default:
      return peerAs === expected
  }
}

/** RFC 4271 §4.4: a third of what was agreed, or sooner when the settings say so. */
function keepaliveSeconds({ keepaliveTime }: LocalSettings, holdTime: number): number {
  const third = holdTime / 3
  return keepaliveTime === undefined || keepaliveTime === 0 ? third : Math.min(keepaliveTime, third)
}
