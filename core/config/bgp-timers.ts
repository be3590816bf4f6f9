// The timers of a BGPPeer.
import { type Problem, problem } from '../problem.ts'
import { quote } from '../quote.ts'
import { asText, type Fields } from '../shape.ts'
import { parseDuration } from './duration.ts'

export interface PeerTimers {
  /** Whole seconds: 0 for never, or 3 to 65535. */
  readonly holdTime: number
  /** Seconds; undefined for a third of the hold time that both sides agree on. */
  readonly keepaliveTime: number | undefined
  /** Whole seconds between attempts to connect; undefined for our own choice. */
  readonly connectTime: number | undefined
}

const defaultHoldTime = 90
const longestHoldTime = 65535

export function compilePeerTimers(spec: Fields, owner: string): { readonly timers: PeerTimers; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const seconds = (field: string): number | undefined => {
    const text = asText(spec[field])
    if (text === undefined) return undefined
    const duration = parseDuration(text)
    if (duration.ok) return duration.value / 1000
    const message = `${field} ${quote(text)} of ${owner} is not a length of time: ${duration.error}`
    problems.push(problem('DurationSyntax', `spec.${field}`, message, text))
    return undefined
  }
  const keepaliveTime = seconds('keepaliveTime')
  const writtenHoldTime = seconds('holdTime')
  // Only one of both given: the other follows, the hold time being three keepalives.
  const holdTime = Math.floor(writtenHoldTime ?? (keepaliveTime === undefined ? defaultHoldTime : 3 * keepaliveTime))
  const connectTime = seconds('connectTime')
  const report = (field: string, words: string): void => {
    problems.push(problem('OutOfBounds', `spec.${field}`, `${owner} ${words}`, asText(spec[field])))
  }
  const isPossible = holdTime === 0 || (holdTime >= 3 && holdTime <= longestHoldTime)
  if (!isPossible && writtenHoldTime === undefined) {
    const words = `sends keepalives every ${keepaliveTime} s without a holdTime, which is then three times that; write 0s or 1s to 21845s`
    report('keepaliveTime', words)
  } else if (!isPossible) {
    report('holdTime', `has a hold time of ${holdTime} s; it is 0s for never, or 3s to ${longestHoldTime}s`)
  }
  if (keepaliveTime !== undefined && keepaliveTime > holdTime) {
    report(
      'keepaliveTime',
      `sends keepalives every ${keepaliveTime} s, later than its hold time of ${holdTime} s is over; make it a third of that`,
    )
  }
  if (connectTime !== undefined && (connectTime < 1 || connectTime > 65535 || !Number.isInteger(connectTime))) {
    report('connectTime', `has connectTime ${quote(spec['connectTime'])}, which is not a whole number of seconds from 1s to 65535s`)
  }
  return { timers: { holdTime, keepaliveTime, connectTime }, problems }
}
