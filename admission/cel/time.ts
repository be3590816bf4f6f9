// Timestamps as RFC 3339 writes them, durations as Go does.
import { type Civil, civilOf, secondsOf } from '../../core/civil.ts'
import { CelFailure } from './failure.ts'
import { duration, nanosPerSecond, timestamp } from './numbers.ts'
import type { Duration, Timestamp } from './values.ts'

const timestampPattern = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/

export function parseTimestamp(text: string): Timestamp {
  const match = timestampPattern.exec(text)
  if (match === null) throw new CelFailure('the string is no timestamp like 2026-01-31T12:00:00Z')
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const civil: Civil = { year, month, day, hour, minute, second }
  const seconds = secondsOf(civil)
  const back = civilOf(seconds)
  const isReal = back.month === month && back.day === day && hour < 24 && minute < 60 && second < 60
  const [, fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = match.slice(6)
  if (!isReal || Number(offsetHours) > 23 || Number(offsetMinutes) > 59) throw new CelFailure('the string names a time that does not exist')
  const offset = (sign === '-' ? -1 : 1) * (Number(offsetHours) * 3600 + Number(offsetMinutes) * 60)
  return timestamp(BigInt(seconds - offset) * nanosPerSecond + BigInt(fraction.padEnd(9, '0')))
}

export function formatTimestamp({ nanos }: Timestamp): string {
  const { seconds, rest } = split(nanos)
  const { year, month, day, hour, minute, second } = civilOf(seconds)
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${fractionOf(rest)}Z`
}

/** Whole seconds, rounded down, and the nanoseconds that remain. */
export function split(nanos: bigint): { readonly seconds: number; readonly rest: number } {
  const rest = ((nanos % nanosPerSecond) + nanosPerSecond) % nanosPerSecond
  return { seconds: Number((nanos - rest) / nanosPerSecond), rest: Number(rest) }
}

function fractionOf(nanos: number): string {
  return nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`
}

const unitNanos: Readonly<Record<string, bigint>> = {
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: nanosPerSecond,
  ms: 1_000_000n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ns: 1n,
}

const durationPart = /(\d*)(?:\.(\d*))?(h|ms|m|s|us|µs|μs|ns)/y

export function parseDuration(text: string): Duration {
  const failure = new CelFailure('the string is no duration like 1h30m or 250ms')
  const sign = /^[+-]/.test(text) ? text.charAt(0) : ''
  const body = text.slice(sign.length)
  if (body === '0') return duration(0n)
  if (body === '' || body.length > 100) throw failure
  let total = 0n
  durationPart.lastIndex = 0
  while (durationPart.lastIndex < body.length) {
    const [, whole = '', fraction = '', unit = ''] = durationPart.exec(body) ?? []
    const nanos = unitNanos[unit]
    if (nanos === undefined || (whole === '' && fraction === '')) throw failure
    total += BigInt(whole) * nanos + (BigInt(fraction === '' ? 0 : fraction) * nanos) / 10n ** BigInt(fraction.length)
  }
  return duration(sign === '-' ? -total : total)
}

/** Seconds with a fraction, `5400s`, as CEL has it; not Go's 1h30m0s. */
export function formatDuration({ nanos }: Duration): string {
  const absolute = nanos < 0n ? -nanos : nanos
  return `${nanos < 0n ? '-' : ''}${absolute / nanosPerSecond}${fractionOf(Number(absolute % nanosPerSecond))}s`
}
