// What the annotations of an IPAddressPool say of addresses that were in use before.
import { annotations } from '../annotations.ts'
import { type Problem, problem } from '../problem.ts'
import { quote } from '../quote.ts'
import { type Millis, millis } from '../time.ts'
import { parseDuration } from './duration.ts'

const orders = ['lowest-first', 'least-recently-released'] as const

/** Which free address is handed out first. */
export type ReuseOrder = (typeof orders)[number]

export interface PoolOptions {
  /** So long is an address kept for a Service that has gone; 0: not at all. */
  readonly hold: Millis
  readonly reuse: ReuseOrder
}

/** Beyond that nobody remembers why the address is not handed out. */
const longestHoldHours = 8760
const longestHold = longestHoldHours * 3_600_000

/** What cannot be read counts as not written, and takes no address from anybody. */
export function compilePoolOptions(
  texts: Readonly<Record<string, string>>,
  owner: string,
): { readonly options: PoolOptions; readonly problems: readonly Problem[] } {
  const hold = compileHold(texts[annotations.hold]?.trim() ?? '', owner)
  const reuse = compileReuse(texts[annotations.reuse]?.trim() ?? '', owner)
  return { options: { hold: hold.value, reuse: reuse.value }, problems: [...hold.problems, ...reuse.problems] }
}

function compileHold(text: string, owner: string): { readonly value: Millis; readonly problems: readonly Problem[] } {
  if (text === '') return { value: millis(0), problems: [] }
  const field = `metadata.annotations[${annotations.hold}]`
  const parsed = parseDuration(text)
  if (!parsed.ok) {
    const message = `hold ${quote(text)} of ${owner} is not a length of time: ${parsed.error}; until it is, no address is held`
    return { value: millis(0), problems: [problem('DurationSyntax', field, message, text)] }
  }
  if (parsed.value > longestHold) {
    const message = `hold ${quote(text)} of ${owner} is longer than ${longestHoldHours}h, the longest; until it is not, no address is held`
    return { value: millis(0), problems: [problem('OutOfBounds', field, message, text)] }
  }
  return { value: millis(parsed.value), problems: [] }
}

function compileReuse(text: string, owner: string): { readonly value: ReuseOrder; readonly problems: readonly Problem[] } {
  const value = orders.find((order) => order === text)
  if (value !== undefined || text === '') return { value: value ?? 'lowest-first', problems: [] }
  const field = `metadata.annotations[${annotations.reuse}]`
  const message = `reuse ${quote(text)} of ${owner} is none of ${orders.join(', ')}; until it is, addresses are handed out lowest-first`
  return { value: 'lowest-first', problems: [problem('NotSupported', field, message, text)] }
}
