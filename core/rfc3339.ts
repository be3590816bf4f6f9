// Points in time as RFC 3339 texts in UTC.
import { civilOf, secondsOf } from './civil.ts'
import { type Instant, instant } from './time.ts'

const pattern = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d(?:\.\d{1,9})?)Z$/

/** @param time milliseconds since 1970 @returns `2026-01-31T23:59:59.000Z`; years beyond 9999 as the end of that one */
export function formatInstant(time: Instant): string {
  const whole = Math.min(Math.max(Math.round(time), 0), lastInstant)
  const { year, month, day, hour, minute, second } = civilOf(Math.floor(whole / 1000))
  const digits = (value: number, length = 2): string => String(value).padStart(length, '0')
  const date = `${digits(year, 4)}-${digits(month)}-${digits(day)}`
  return `${date}T${digits(hour)}:${digits(minute)}:${digits(second)}.${digits(whole % 1000, 3)}Z`
}

/** @returns `2026-01-31T23:59:59Z`: the whole second at or after the time */
export function formatSecond(time: Instant): string {
  return formatInstant(instant(Math.ceil(time / 1000) * 1000)).replace(/\.\d+Z$/, 'Z')
}

const lastInstant = secondsOf({ year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59 }) * 1000 + 999

/** @returns milliseconds since 1970; undefined for what is no time in UTC */
export function parseInstant(text: string): Instant | undefined {
  const match = pattern.exec(text)
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number)
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second >= 61) return undefined
  return instant(Math.round(secondsOf({ year, month, day, hour, minute, second }) * 1000))
}
