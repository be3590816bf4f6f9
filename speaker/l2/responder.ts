// Which ARP requests this node answers, and when it speaks unasked. No socket, no clock: `step` and `respond` are told everything.
import { after, type Instant, millis } from '../../core/time.ts'
import { unreachable } from '../../core/unreachable.ts'
import { ArpOperation, arpFrameLength, broadcast, decodeArp, encodeArp, isGroup, type Mac } from './arp.ts'

/** An interface that ARP is spoken on. */
export interface Link {
  /** The kernel's number of it (`ip link`), which survives a rename. */
  readonly index: number
  readonly name: string
  readonly mac: Mac
}

/** Every interface, or those of these names. */
export type Interfaces = 'all' | ReadonlySet<string>

/** An address that this node answers for. */
export interface Announcement {
  readonly address: number
  readonly interfaces: Interfaces
  /** Where the shell counts for it. */
  readonly slot: number
}

interface Rounds {
  readonly nextAt: Instant
  readonly until: Instant
}

export interface ResponderState {
  readonly links: ReadonlyMap<number, Link>
  readonly announcements: ReadonlyMap<number, Announcement>
  /** Addresses whose gratuitous rounds are under way. */
  readonly rounds: ReadonlyMap<number, Rounds>
  readonly nextRoundAt: Instant | undefined
  /** Nobody vouches for `announcements` any more: say nothing. */
  readonly isFenced: boolean
}

export type ResponderEvent =
  /** `gained` also names addresses whose interfaces changed. `lost` is applied first. */
  | { readonly type: 'addressesChanged'; readonly gained: readonly Announcement[]; readonly lost: readonly number[] }
  /** All interfaces there are now. */
  | { readonly type: 'linksChanged'; readonly links: readonly Link[] }
  | { readonly type: 'fenceChanged'; readonly isFenced: boolean }
  | { readonly type: 'deadlinePassed' }

/** One gratuitous frame, to leave through the interface with this index. */
export interface ResponderEffect {
  readonly type: 'send'
  readonly link: number
  readonly announcement: Announcement
  readonly frame: Uint8Array
}

/** Why a frame got no answer; also the label of the counter. */
export const ignoredReasons = [
  /** Fewer octets than an ARP frame has. */
  'truncated',
  'notArp',
  /** Another hardware or protocol type, or sizes that are not theirs. */
  'notEthernetIPv4',
  'notRequest',
  /** The Ethernet destination is neither broadcast nor the interface. */
  'otherHost',
  /** The sender's hardware address is zero or a group: an answer would go to everybody. */
  'badSender',
  /** Not an address of ours. */
  'notAnnounced',
  /** An address of ours, but not on this interface. */
  'otherInterface',
  'fenced',
] as const
export type IgnoredReason = (typeof ignoredReasons)[number]

/** MetalLB's rhythm: a round at once, then one each 1.1 s for as long as the window of 5 s is open, so five. */
const roundEvery = millis(1100)
const window = millis(5000)

/** Addresses served per step: 512 frames on each interface, so that a start with ten thousand addresses does not keep questions waiting. */
const addressesPerStep = 256

export const silent: ResponderState = {
  links: new Map(),
  announcements: new Map(),
  rounds: new Map(),
  nextRoundAt: undefined,
  isFenced: false,
}

export function nextDeadline(state: ResponderState): Instant | undefined {
  return state.isFenced ? undefined : state.nextRoundAt
}

/**
 * Takes note of what changed, and speaks unasked where that is due.
 *
 * A later step continues what was too much for this one: `nextDeadline` then lies in the past.
 */
export function step(state: ResponderState, event: ResponderEvent, now: Instant): readonly [ResponderState, readonly ResponderEffect[]] {
  switch (event.type) {
    case 'addressesChanged':
      return speak(changeAddresses(state, event.gained, event.lost, now), now)
    case 'linksChanged':
      return speak(changeLinks(state, event.links, now), now)
    case 'fenceChanged':
      return speak({ ...state, isFenced: event.isFenced }, now)
    case 'deadlinePassed':
      return speak(state, now)
    default:
      return unreachable(event)
  }
}

function changeAddresses(state: ResponderState, gained: readonly Announcement[], lost: readonly number[], now: Instant): ResponderState {
  const announcements = new Map(state.announcements)
  for (const address of lost) announcements.delete(address)
  for (const announcement of gained) announcements.set(announcement.address, announcement)
  return openWindows({ ...state, announcements }, gained, now)
}

function changeLinks(state: ResponderState, list: readonly Link[], now: Instant): ResponderState {
  const links = new Map(list.map((link) => [link.index, link]))
  const fresh = list.filter((link) => state.links.get(link.index)?.mac !== link.mac)
  // An interface that came (back) or changed its hardware address: whoever is behind it has to learn where our addresses are.
  const affected = [...state.announcements.values()].filter((announcement) => fresh.some((link) => isOn(announcement, link)))
  return openWindows({ ...state, links }, affected, now)
}

function openWindows(state: ResponderState, list: readonly Announcement[], now: Instant): ResponderState {
  if (list.length === 0) return state
  const rounds = new Map(state.rounds)
  for (const { address } of list) rounds.set(address, { nextAt: now, until: after(now, window) })
  return { ...state, rounds, nextRoundAt: now }
}

function speak(state: ResponderState, now: Instant): readonly [ResponderState, readonly ResponderEffect[]] {
  const due = nextDeadline(state)
  if (due === undefined || due > now) return [state, []]
  const rounds = new Map(state.rounds)
  const effects: ResponderEffect[] = []
  let served = 0
  let nextRoundAt: Instant | undefined
  for (const [address, round] of state.rounds) {
    const announcement = state.announcements.get(address)
    let nextAt = round.nextAt
    if (announcement !== undefined && now < round.until && nextAt <= now && served < addressesPerStep) {
      served += 1
      effects.push(...gratuitous(state, announcement))
      nextAt = after(now, roundEvery)
      rounds.set(address, { ...round, nextAt })
    }
    if (announcement === undefined || now >= round.until || nextAt >= round.until) rounds.delete(address)
    else if (nextRoundAt === undefined || nextAt < nextRoundAt) nextRoundAt = nextAt
  }
  return [{ ...state, rounds, nextRoundAt }, effects]
}

/** One round: a request and a reply on each interface, since some hosts learn from the one and some from the other (RFC 5227 §3). */
function gratuitous(state: ResponderState, announcement: Announcement): readonly ResponderEffect[] {
  const links = [...state.links.values()].filter((link) => isOn(announcement, link))
  return links.flatMap((link) =>
    [ArpOperation.Request, ArpOperation.Reply].map((operation) => {
      const frame = new Uint8Array(arpFrameLength)
      const { address } = announcement
      const addresses = { senderMac: link.mac, senderAddress: address, targetMac: broadcast, targetAddress: address }
      encodeArp({ destination: broadcast, source: link.mac, operation, ...addresses }, frame)
      return { type: 'send' as const, link: link.index, announcement, frame }
    }),
  )
}

function isOn(announcement: Announcement, link: Link): boolean {
  return announcement.interfaces === 'all' || announcement.interfaces.has(link.name)
}

/**
 * The answer to one received frame. Changes nothing, so it stands beside `step`: it runs for every ARP frame of the network.
 *
 * @param frame as received on `link`
 * @param reply gets the 42 octets to send back on `link`; untouched when there is no answer
 * @returns what is answered for, or why nothing is
 * @see RFC 826 "Packet Reception"; the reply swaps the addresses and goes to the sender alone
 */
export function respond(state: ResponderState, link: Link, frame: Uint8Array, reply: Uint8Array): Announcement | IgnoredReason {
  const decoded = decodeArp(frame)
  if (!decoded.ok) return decoded.error
  const { operation, destination, senderMac, senderAddress, targetAddress } = decoded.value
  if (operation !== ArpOperation.Request) return 'notRequest'
  if (destination !== broadcast && destination !== link.mac) return 'otherHost'
  if (senderMac === 0 || isGroup(senderMac)) return 'badSender'
  const announcement = state.announcements.get(targetAddress)
  if (announcement === undefined) return 'notAnnounced'
  if (!isOn(announcement, link)) return 'otherInterface'
  if (state.isFenced) return 'fenced'
  const answer = { senderMac: link.mac, senderAddress: targetAddress, targetMac: senderMac, targetAddress: senderAddress }
  encodeArp({ destination: senderMac, source: link.mac, operation: ArpOperation.Reply, ...answer }, reply)
  return announcement
}
