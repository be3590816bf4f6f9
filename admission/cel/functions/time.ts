import { type Civil, civilOf, daysOf, secondsOf } from '../../../core/civil.ts'
import { type Budget, CelFailure } from '../failure.ts'
import { nanosPerSecond } from '../numbers.ts'
import { overload } from '../signature.ts'
import { split } from '../time.ts'
import type { Duration, Timestamp } from '../values.ts'

const TS = 'google.protobuf.Timestamp'
const GPD = 'google.protobuf.Duration'

/** Making a formatter takes half a millisecond; a hostile expression asks for many zones. */
const formatterCost = 2000
const mostFormatters = 20
const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterOf(zone: string, budget: Budget): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known !== undefined) return known
  budget.spend(formatterCost)
  if (formatters.size >= mostFormatters) formatters.clear()
  try {
    const made = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      ...({ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const),
    })
    formatters.set(zone, made)
    return made
  } catch {
    throw new CelFailure(`there is no time zone "${zone.slice(0, 60)}"`)
  }
}

/** The wall clock in a zone: an IANA name, or an offset like +05:30. */
function localTime({ nanos }: Timestamp, zone: string | undefined, budget: Budget): Civil {
  const { seconds } = split(nanos)
  if (zone === undefined || zone === 'UTC') return civilOf(seconds)
  const offset = /^([+-]?)(\d\d):(\d\d)$/.exec(zone)
  if (offset !== null) {
    const [, sign, hours, minutes] = offset
    return civilOf(seconds + (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60))
  }
  const parts = Object.fromEntries(
    formatterOf(zone, budget)
      .formatToParts(seconds * 1000)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts as Partial<Civil>
  return civilOf(secondsOf({ year, month, day, hour, minute, second }))
}

const weekday = ({ year, month, day }: Civil): number => (((daysOf(year, month, day) + 4) % 7) + 7) % 7

const parts: Readonly<Record<string, (time: Civil) => number>> = {
  getFullYear: ({ year }) => year,
  getMonth: ({ month }) => month - 1,
  getDate: ({ day }) => day,
  getDayOfMonth: ({ day }) => day - 1,
  getDayOfWeek: weekday,
  getDayOfYear: ({ year, month, day }) => daysOf(year, month, day) - daysOf(year, 1, 1),
  getHours: ({ hour }) => hour,
  getMinutes: ({ minute }) => minute,
  getSeconds: ({ second }) => second,
}

const milliseconds = ({ nanos }: Timestamp): bigint => BigInt(Math.floor(split(nanos).rest / 1_000_000))

export const timeFunctions = [
  ...Object.entries(parts).flatMap(([name, part]) => [
    overload(`${TS}.${name}(): int`, ([time]: [Timestamp], budget) => BigInt(part(localTime(time, undefined, budget)))),
    overload(`${TS}.${name}(string): int`, ([time, zone]: [Timestamp, string], budget) => BigInt(part(localTime(time, zone, budget)))),
  ]),
  overload(`${TS}.getMilliseconds(): int`, ([time]: [Timestamp]) => milliseconds(time)),
  overload(`${TS}.getMilliseconds(string): int`, ([time]: [Timestamp, string]) => milliseconds(time)),
  overload(`${GPD}.getHours(): int`, ([span]: [Duration]) => span.nanos / (3600n * nanosPerSecond)),
  overload(`${GPD}.getMinutes(): int`, ([span]: [Duration]) => span.nanos / (60n * nanosPerSecond)),
  overload(`${GPD}.getSeconds(): int`, ([span]: [Duration]) => span.nanos / nanosPerSecond),
  overload(`${GPD}.getMilliseconds(): int`, ([span]: [Duration]) => (span.nanos / 1_000_000n) % 1000n),
]
