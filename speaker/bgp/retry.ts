// How long to wait before the next attempt to connect (RFC 4271 §8.1.1, DampPeerOscillations).
import { type Instant, type Millis, millis } from '../../core/time.ts'

export interface History {
  /** Attempts in a row that led to no session, or to one that did not last. */
  readonly failures: number
  /** When the last session that had lasted was lost. */
  readonly lostAt: Instant | undefined
}

export const noHistory: History = { failures: 0, lostAt: undefined }

/** A session that stays up for this long has proven that both sides fit; a shorter one counts as a failure, or the two would flap at full speed. */
export const lasting = millis(10_000)

/** For this long after a lasting session was lost, the router is likely to be on its way back. */
const returning = millis(60_000)
const whileReturning = millis(500)

const first = millis(1_000)
/** Nobody there: an attempt costs one packet, and the route is wanted back. */
const longestUnreachable = millis(10_000)
/** The peer is there and does not want us, or not like this: somebody has to change a configuration. */
const longestRefused = millis(120_000)

/**
 * @param refused the peer answered in BGP; else nothing came about but silence or a refused connection
 * @param fixed what the operator asks for, without jitter; undefined for our own choice
 * @param jitter uniform in [0, 1)
 */
export function retryDelay(history: History, refused: boolean, now: Instant, fixed: Millis | undefined, jitter: number): Millis {
  if (fixed !== undefined) return fixed
  const isReturning = history.lostAt !== undefined && now - history.lostAt < returning
  const grown = first * 2 ** Math.min(Math.max(history.failures - 1, 0), 10)
  const quick = isReturning && (!refused || history.failures === 0)
  const base = quick ? whileReturning : Math.min(grown, refused ? longestRefused : longestUnreachable)
  return millis(base * (0.75 + jitter / 4))
}
