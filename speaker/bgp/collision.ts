// Two connections of one peer, of which one has to go (RFC 4271 §6.8).
import { type Instant, millis } from '../../core/time.ts'
import type { Connection, Direction } from './connection.ts'

/**
 * How long the side with the lower identifier lets the other one decide.
 *
 * Both sides apply the same rule, but at different moments: with one connection Established here and not yet there, each would close another one, and
 * none would be left. So only the higher identifier closes; what it keeps shows by itself (a KEEPALIVE, or a Cease). Past this time it has not done
 * its duty, and the rule is applied here.
 */
export const contestTime = millis(2_000)

export type Verdict =
  /** There is no collision. */
  | { readonly type: 'none' }
  | { readonly type: 'close'; readonly loser: Direction }
  /** The peer is to decide. */
  | { readonly type: 'wait' }

/**
 * Decides between both connections. A connection whose peer has not sent its OPEN takes no part: it may be dead, and must not win.
 *
 * @param contestEndsAt when the peer's time to decide is over; undefined when it has not begun
 */
export function resolveCollision(outgoing: Connection, incoming: Connection, now: Instant, contestEndsAt: Instant | undefined): Verdict {
  const isOver = contestEndsAt !== undefined && now >= contestEndsAt
  if (incoming.state === 'Established') return outgoing.state === 'Idle' ? none : close('outgoing')
  if (!hasOpen(outgoing) || !hasOpen(incoming)) return none
  if (outgoing.state !== 'Established') return weDecide(outgoing) ? close('incoming') : isOver ? close('outgoing') : wait
  const isYoung = outgoing.establishedAt !== undefined && now - outgoing.establishedAt < contestTime
  return weDecide(outgoing) || isOver || !isYoung ? close('incoming') : wait
}

const none: Verdict = { type: 'none' }
const wait: Verdict = { type: 'wait' }
const close = (loser: Direction): Verdict => ({ type: 'close', loser })

const hasOpen = ({ session }: Connection): boolean => session !== undefined

/** The higher identifier decides, and among equal ones the higher AS number (RFC 6286 §2.3). */
function weDecide({ settings, session }: Connection): boolean {
  if (session === undefined) return false
  if (settings.routerId !== session.peerRouterId) return settings.routerId > session.peerRouterId
  return settings.localAs > session.peerAs
}
