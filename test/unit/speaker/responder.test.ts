import { expect } from 'chai'
import fc from 'fast-check'
import { formatAddress, parseAddress } from '../../../core/address.ts'
import { instant } from '../../../core/time.ts'
import { type ArpFrame, ArpOperation, arpFrameLength, broadcast, decodeArp, encodeArp, mac } from '../../../speaker/l2/arp.ts'
import {
  type Announcement,
  type Interfaces,
  ignoredReasons,
  type Link,
  nextDeadline,
  type ResponderEffect,
  type ResponderEvent,
  type ResponderState,
  respond,
  silent,
  step,
} from '../../../speaker/l2/responder.ts'

const eth0: Link = { index: 2, name: 'eth0', mac: mac(0x0200_0000_000b) }
const eth1: Link = { index: 3, name: 'eth1', mac: mac(0x0200_0000_010b) }
const client = mac(0x0200_0000_0032)

function ip(text: string): number {
  const address = parseAddress(text)
  if (!address.ok || address.value.family !== 'IPv4') throw new Error(`${text} is not IPv4`)
  return address.value.value
}

const announcement = (text: string, interfaces: Interfaces = 'all', slot = 0): Announcement => ({ address: ip(text), interfaces, slot })
const gain = (...gained: readonly Announcement[]): ResponderEvent => ({ type: 'addressesChanged', gained, lost: [] })
const lose = (...texts: readonly string[]): ResponderEvent => ({ type: 'addressesChanged', gained: [], lost: texts.map(ip) })
const links = (...list: readonly Link[]): ResponderEvent => ({ type: 'linksChanged', links: list })
const deadline: ResponderEvent = { type: 'deadlinePassed' }
const fence = (isFenced: boolean): ResponderEvent => ({ type: 'fenceChanged', isFenced })

const settled = (...events: readonly ResponderEvent[]): ResponderState =>
  events.reduce((state, event) => step(state, event, instant(0))[0], silent)

function question(changes: Partial<ArpFrame> = {}): Uint8Array {
  const frame = new Uint8Array(60)
  encodeArp(
    {
      destination: broadcast,
      source: client,
      operation: ArpOperation.Request,
      senderMac: client,
      senderAddress: ip('10.99.0.50'),
      targetMac: mac(0),
      targetAddress: ip('10.99.0.200'),
      ...changes,
    },
    frame,
  )
  return frame
}

describe('ARP responder: what it answers (RFC 826 "Packet Reception")', () => {
  const state = settled(links(eth0, eth1), gain(announcement('10.99.0.200'), announcement('10.99.0.201', new Set(['eth1']))))
  const fenced = step(state, fence(true), instant(0))[0]
  const outcome = (frame: Uint8Array, link = eth0, at = state): unknown => {
    const result = respond(at, link, frame, new Uint8Array(arpFrameLength))
    return typeof result === 'string' ? result : formatAddress({ family: 'IPv4', value: result.address })
  }

  const table: Readonly<Record<string, readonly [seen: unknown, expected: string]>> = {
    'a broadcast question for an address of ours': [outcome(question()), '10.99.0.200'],
    'a question to our own hardware address, as hosts ask to confirm an entry': [
      outcome(question({ destination: eth0.mac })),
      '10.99.0.200',
    ],
    'a probe of a host that wants to take the address (RFC 5227 §2.1.1)': [outcome(question({ senderAddress: 0 })), '10.99.0.200'],
    'an address that is on this interface only': [outcome(question({ targetAddress: ip('10.99.0.201') }), eth1), '10.99.0.201'],
    'not an address that is on another interface only': [outcome(question({ targetAddress: ip('10.99.0.201') })), 'otherInterface'],
    'not an address of somebody else': [outcome(question({ targetAddress: ip('10.99.0.50') })), 'notAnnounced'],
    'not what was sent to another host': [outcome(question({ destination: eth1.mac })), 'otherHost'],
    'not a multicast frame': [outcome(question({ destination: mac(0x0100_5e00_0001) })), 'otherHost'],
    'not a reply': [outcome(question({ operation: ArpOperation.Reply })), 'notRequest'],
    'not RARP': [outcome(question({ operation: 3 })), 'notRequest'],
    'not a sender that would make the answer a broadcast': [outcome(question({ senderMac: broadcast })), 'badSender'],
    'not a sender without a hardware address': [outcome(question({ senderMac: mac(0) })), 'badSender'],
    'not a short frame': [outcome(question().subarray(0, 41)), 'truncated'],
    'not another protocol': [outcome(question().with(13, 0)), 'notArp'],
    'nothing while fenced': [outcome(question(), eth0, fenced), 'fenced'],
    'again after the fence': [outcome(question(), eth0, step(fenced, fence(false), instant(0))[0]), '10.99.0.200'],
    'nothing after the address went': [outcome(question(), eth0, step(state, lose('10.99.0.200'), instant(0))[0]), 'notAnnounced'],
  }
  for (const [name, [seen, expected]] of Object.entries(table)) it(`answers ${name}`, () => expect(seen).to.equal(expected))

  it('sends the reply to the one who asked, from the interface that was asked', () => {
    const reply = new Uint8Array(arpFrameLength)
    respond(state, eth1, question(), reply)
    expect(decodeArp(reply)).to.deep.equal({
      ok: true,
      value: {
        destination: client,
        source: eth1.mac,
        operation: ArpOperation.Reply,
        senderMac: eth1.mac,
        senderAddress: ip('10.99.0.200'),
        targetMac: client,
        targetAddress: ip('10.99.0.50'),
      },
    })
  })

  it('says where to count', () => {
    const counted = settled(links(eth0), gain(announcement('10.99.0.200', 'all', 7)))
    expect(respond(counted, eth0, question(), new Uint8Array(arpFrameLength))).to.include({ slot: 7 })
  })

  it('never throws, writes nothing unless it answers, and answers for its own addresses only', () => {
    const frames = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 255 })).map(([at, octet]) => question().with(at, octet)),
    )
    fc.assert(
      fc.property(frames, (frame) => {
        const reply = new Uint8Array(arpFrameLength)
        const result = respond(state, eth0, frame, reply)
        if (typeof result === 'string') {
          expect(ignoredReasons).to.include(result)
          expect(reply.every((octet) => octet === 0)).to.equal(true)
        } else {
          expect(state.announcements.get(result.address)).to.equal(result)
          const sent = decodeArp(reply)
          expect(sent.ok && sent.value.operation).to.equal(ArpOperation.Reply)
        }
      }),
    )
  })
})

/** `eth0 10.99.0.200 request reply`: what one round put on one interface. */
function spoken(effects: readonly ResponderEffect[]): string[] {
  const rounds = new Map<string, string[]>()
  for (const { link, frame } of effects) {
    const decoded = decodeArp(frame)
    if (!decoded.ok) throw new Error(decoded.error)
    const { operation, ...rest } = decoded.value
    const own = link === eth0.index ? eth0 : eth1
    const { senderAddress } = rest
    expect(rest).to.deep.equal({
      destination: broadcast,
      source: rest.source,
      senderMac: rest.source,
      senderAddress,
      targetMac: broadcast,
      targetAddress: senderAddress,
    })
    const key = `${own.name}${rest.source === own.mac ? '' : ' (new)'} ${formatAddress({ family: 'IPv4', value: senderAddress })}`
    rounds.set(key, [...(rounds.get(key) ?? []), operation === ArpOperation.Request ? 'request' : 'reply'])
  }
  return [...rounds].map(([key, words]) => `${key} ${words.join(' ')}`)
}

type Trace = readonly (readonly [at: number, event: ResponderEvent, said: readonly string[], next: number | undefined])[]

const round = (text: string, name = 'eth0'): string => `${name} ${text} request reply`
const one = announcement('10.99.0.200')

describe('ARP responder: what it says unasked (RFC 5227 §3, in the rhythm of MetalLB)', () => {
  const traces: Readonly<Record<string, Trace>> = {
    'five rounds at 0, 1.1, 2.2, 3.3 and 4.4 s after a gain, then silence': [
      [0, links(eth0), [], undefined],
      [0, gain(one), [round('10.99.0.200')], 1100],
      [1100, deadline, [round('10.99.0.200')], 2200],
      [2200, deadline, [round('10.99.0.200')], 3300],
      [3300, deadline, [round('10.99.0.200')], 4400],
      [4400, deadline, [round('10.99.0.200')], undefined],
      [60000, deadline, [], undefined],
    ],
    'nothing before it is due': [
      [0, links(eth0), [], undefined],
      [0, gain(one), [round('10.99.0.200')], 1100],
      [1099, deadline, [], 1100],
    ],
    'a round on each interface, with its own hardware address': [
      [0, links(eth0, eth1), [], undefined],
      [0, gain(one), [round('10.99.0.200'), round('10.99.0.200', 'eth1')], 1100],
    ],
    'nothing on an interface that the address is not on': [
      [0, links(eth0, eth1), [], undefined],
      [0, gain(announcement('10.99.0.200', new Set(['eth1', 'eth9']))), [round('10.99.0.200', 'eth1')], 1100],
    ],
    'each address at its own times': [
      [0, links(eth0), [], undefined],
      [0, gain(one), [round('10.99.0.200')], 1100],
      [400, gain(announcement('10.99.0.201')), [round('10.99.0.201')], 1100],
      [1100, deadline, [round('10.99.0.200')], 1500],
      [1500, deadline, [round('10.99.0.201')], 2200],
    ],
    'no word about an address that went, and no goodbye': [
      [0, links(eth0), [], undefined],
      [0, gain(one), [round('10.99.0.200')], 1100],
      [500, lose('10.99.0.200'), [], 1100],
      [1100, deadline, [], undefined],
    ],
    'the window opens again when the address is announced again': [
      [0, links(eth0), [], undefined],
      [0, gain(one), [round('10.99.0.200')], 1100],
      [1000, gain(one), [round('10.99.0.200')], 2100],
      [5400, deadline, [round('10.99.0.200')], undefined],
    ],
    'an address that went and came in one event is announced': [
      [0, links(eth0), [], undefined],
      [0, { type: 'addressesChanged', gained: [one], lost: [one.address] }, [round('10.99.0.200')], 1100],
    ],
    'all again when an interface comes': [
      [0, links(eth0), [], undefined],
      [0, gain(one, announcement('10.99.0.201', new Set(['eth0']))), [round('10.99.0.200'), round('10.99.0.201')], 1100],
      [9000, links(eth0, eth1), [round('10.99.0.200'), round('10.99.0.200', 'eth1')], 10100],
    ],
    'nothing when an interface goes, and all again when it is back': [
      [0, links(eth0), [], undefined],
      [0, gain(one), [round('10.99.0.200')], 1100],
      [9000, links(), [], undefined],
      [9500, links(eth0), [round('10.99.0.200')], 10600],
    ],
    'all again when an interface changes its hardware address': [
      [0, links(eth0), [], undefined],
      [0, gain(one), [round('10.99.0.200')], 1100],
      [9000, links({ ...eth0, mac: mac(0x0200_0000_0bbb) }), ['eth0 (new) 10.99.0.200 request reply'], 10100],
    ],
    'nothing when the interfaces are as they were': [
      [0, links(eth0), [], undefined],
      [0, gain(one), [round('10.99.0.200')], 1100],
      [500, links(eth0), [], 1100],
    ],
    'nothing while fenced, and no old round after it': [
      [0, links(eth0), [], undefined],
      [0, fence(true), [], undefined],
      [0, gain(one), [], undefined],
      [9000, fence(false), [], undefined],
    ],
    'what is left of the window after a short fence': [
      [0, links(eth0), [], undefined],
      [0, gain(one), [round('10.99.0.200')], 1100],
      [100, fence(true), [], undefined],
      [3000, fence(false), [round('10.99.0.200')], 4100],
    ],
  }

  for (const [name, trace] of Object.entries(traces)) {
    it(name, () => {
      let state = silent
      for (const [at, event, said, next] of trace) {
        const [following, effects] = step(state, event, instant(at))
        expect(spoken(effects), `at ${at}`).to.deep.equal(said)
        expect(nextDeadline(following), `deadline at ${at}`).to.equal(next)
        state = following
      }
    })
  }

  it('serves ten thousand addresses in portions, each once per round', () => {
    const many = Array.from({ length: 10_000 }, (_, index): Announcement => ({ address: index + 1, interfaces: 'all', slot: index }))
    let [state, effects] = step(settled(links(eth0)), gain(...many), instant(0))
    const seen: number[] = []
    for (;;) {
      expect(effects.length).to.be.at.most(512)
      seen.push(...effects.map((effect) => effect.announcement.address))
      if (nextDeadline(state) !== 0) break
      ;[state, effects] = step(state, deadline, instant(0))
    }
    expect(seen.length).to.equal(20_000)
    expect(new Set(seen).size).to.equal(10_000)
    expect(nextDeadline(state)).to.equal(1100)
  })

  it('leaves the state that it was given as it was', () => {
    const before = settled(links(eth0), gain(one))
    step(before, lose('10.99.0.200'), instant(0))
    step(before, deadline, instant(1100))
    expect(before).to.deep.equal(settled(links(eth0), gain(one)))
  })
})
