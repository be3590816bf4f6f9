// What one transfer of routes came to: from the messages on the wire, the receiver's own count and the sender's processor time. Pure.
import { type BgpMessage, MessageType } from './bgp-messages.ts'

/** Moments in milliseconds since 1970. */
export interface Marks {
  /** The receiver said for the first time that it holds all routes. */
  readonly heldAtMs: number
  /** The sender was told to take them back. */
  readonly withdrawAtMs: number
  /** The receiver said for the first time that it holds none. */
  readonly goneAtMs: number
}

/** Milliseconds count from the moment at which both ends had the other's first KEEPALIVE, thus were Established. */
export interface Transfer {
  readonly firstUpdateMs: number
  readonly lastUpdateMs: number
  readonly heldMs: number
  readonly updates: number
  readonly octets: number
  /** The emptiest of the UPDATEs but the last, in percent of the longest message that the session allows. */
  readonly fullness: number
  /** From the command to a receiver without routes. */
  readonly goneMs: number
  readonly withdrawUpdates: number
  readonly processorS: number
}

const standardLimit = 4096
const extendedLimit = 65_535

/** Throws when the capture does not show all routes coming and going: then it is no measurement. */
export function judgeTransfer(
  messages: readonly BgpMessage[],
  {
    sender,
    routes,
    marks,
    processorS,
  }: { readonly sender: string; readonly routes: number; readonly marks: Marks; readonly processorS: number },
): Transfer {
  const connection = messages.find(({ announced }) => announced > 0)?.connection
  const own = messages.filter((message) => message.connection === connection)
  const keepalives = [true, false].map((isSender) =>
    own.find((message) => message.type === MessageType.Keepalive && (message.from === sender) === isSender),
  )
  const establishedAtMs = Math.max(...keepalives.map((message) => message?.atMs ?? Number.NaN))
  const updates = own.filter(({ from, announced, atMs }) => from === sender && announced > 0 && atMs < marks.withdrawAtMs)
  const withdrawals = own.filter(({ from, withdrawn, atMs }) => from === sender && withdrawn > 0 && atMs >= marks.withdrawAtMs)
  const [first, last] = [updates[0], updates.at(-1)]
  const seen = sum(updates, 'announced')
  const seenBack = sum(withdrawals, 'withdrawn')
  if (Number.isNaN(establishedAtMs) || first === undefined || last === undefined || seen < routes || seenBack < routes)
    throw new Error(`the capture shows ${seen} routes announced and ${seenBack} withdrawn of ${routes}`)
  const limit = updates.some(({ length }) => length > standardLimit) ? extendedLimit : standardLimit
  const fullness = updates.slice(0, -1).map(({ length }) => (100 * length) / limit)
  return {
    firstUpdateMs: first.atMs - establishedAtMs,
    lastUpdateMs: last.atMs - establishedAtMs,
    heldMs: marks.heldAtMs - establishedAtMs,
    updates: updates.length,
    octets: sum(updates, 'length'),
    fullness: Math.min(100, ...fullness),
    goneMs: marks.goneAtMs - marks.withdrawAtMs,
    withdrawUpdates: withdrawals.length,
    processorS,
  }
}

function sum(messages: readonly BgpMessage[], key: 'announced' | 'withdrawn' | 'length'): number {
  return messages.reduce((total, message) => total + message[key], 0)
}
