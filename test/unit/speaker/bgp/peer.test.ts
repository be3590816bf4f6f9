// Collisions and retries: traces of two peers that talk to each other through queues, and of one alone.
import { expect } from 'chai'
import fc from 'fast-check'
import { type Instant, instant, millis } from '../../../../core/time.ts'
import type { ConnectionEvent, Direction } from '../../../../speaker/bgp/connection.ts'
import { Framing } from '../../../../speaker/bgp/framing.ts'
import { decodeEvent } from '../../../../speaker/bgp/message.ts'
import { notify } from '../../../../speaker/bgp/notification.ts'
import {
  createPeer,
  establishedConnection,
  nextDeadline,
  type Peer,
  type PeerEffect,
  type PeerEvent,
  type PeerSettings,
  stepPeer,
} from '../../../../speaker/bgp/peer.ts'
import { lasting, noHistory, retryDelay } from '../../../../speaker/bgp/retry.ts'

const low: PeerSettings = {
  localAs: 65001,
  peerAs: 65002,
  routerId: 1,
  holdTime: 90,
  keepaliveTime: undefined,
  families: ['IPv4'],
  retryTime: undefined,
}
const high: PeerSettings = { ...low, localAs: 65002, peerAs: 65001, routerId: 2 }

const other = { outgoing: 'incoming', incoming: 'outgoing' } as const satisfies Record<Direction, Direction>

/** A speaker of the model: the pure peer, and what TCP would keep for it. */
class Side {
  peer: Peer
  readonly said: string[] = []
  readonly #framing: Partial<Record<Direction, Framing>> = {}
  /** What waits to be taken by the other side, by our direction. */
  readonly outbox: Record<Direction, (Uint8Array | 'syn' | 'fin')[]> = { outgoing: [], incoming: [] }

  constructor(settings: PeerSettings) {
    this.peer = createPeer(settings)
  }

  feed(event: PeerEvent, now: Instant): void {
    const [peer, effects] = stepPeer(this.peer, event, now, 0)
    this.peer = peer
    for (const effect of effects) this.#perform(effect)
  }

  on(direction: Direction, event: ConnectionEvent, now: Instant): void {
    this.feed({ type: 'connection', direction, event }, now)
  }

  receive(direction: Direction, item: Uint8Array, now: Instant): void {
    for (const frame of this.#framing[direction]?.push(item) ?? []) {
      this.on(direction, decodeEvent(frame, this.peer[direction]?.session), now)
    }
  }

  open(direction: Direction): void {
    this.#framing[direction] = new Framing()
  }

  /** Nobody listens to a connection that we have given up. */
  hears(direction: Direction): boolean {
    return this.#framing[direction] !== undefined
  }

  #perform(effect: PeerEffect): void {
    this.said.push(effect.type === 'adopt' || effect.type === 'reject' ? effect.type : `${effect.direction} ${effect.type}`)
    if (effect.type === 'connect') {
      this.open('outgoing')
      this.outbox.outgoing = ['syn']
    } else if (effect.type === 'adopt') {
      this.open('incoming')
      this.outbox.incoming = []
    } else if (effect.type === 'send') this.outbox[effect.direction].push(effect.message)
    else if (effect.type === 'disconnect') {
      delete this.#framing[effect.direction]
      this.outbox[effect.direction].push('fin')
    }
  }
}

/** Delivers what waits, one piece after the other, in the order that `choose` picks: TCP keeps the order of one connection only. */
function talk(a: Side, b: Side, now: Instant, choose: (count: number) => number): void {
  for (let turn = 0; turn < 200; turn += 1) {
    const waiting = [a, b].flatMap((side) =>
      (['outgoing', 'incoming'] as const).filter((d) => side.outbox[d].length > 0).map((d) => [side, d] as const),
    )
    if (waiting.length === 0) return
    const [from, direction] = waiting[choose(waiting.length) % waiting.length] ?? [a, 'outgoing']
    const to = from === a ? b : a
    const item = from.outbox[direction].shift()
    const theirs = other[direction]
    if (item === 'syn') {
      to.feed({ type: 'accepted' }, now)
      from.on('outgoing', { type: 'tcpConnected' }, now)
    } else if (item === 'fin') {
      if (to.hears(theirs)) to.on(theirs, { type: 'tcpFails', cause: 'closed by the peer' }, now)
    } else if (item !== undefined && to.hears(theirs)) to.receive(theirs, item, now)
  }
  throw new Error('they talk for ever')
}

const isUp = (side: Side): boolean => establishedConnection(side.peer) !== undefined

describe('BGP peer', () => {
  it('comes up when one side connects', () => {
    const [a, b] = [new Side(low), new Side(high)]
    a.feed({ type: 'start' }, instant(0))
    talk(a, b, instant(0), () => 0)
    expect([isUp(a), isUp(b)]).to.deep.equal([true, true])
    expect(establishedConnection(a.peer)?.direction).to.equal('outgoing')
  })

  it('is left with exactly one session when both sides connect, whatever arrives first', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.infiniteStream(fc.nat(3)), (isEqualId, choices) => {
        const [a, b] = [new Side(low), new Side(isEqualId ? { ...high, routerId: 1 } : high)]
        a.feed({ type: 'start' }, instant(0))
        b.feed({ type: 'start' }, instant(0))
        talk(a, b, instant(0), () => choices.next().value ?? 0)
        expect([isUp(a), isUp(b)]).to.deep.equal([true, true])
        const [ours, theirs] = [establishedConnection(a.peer), establishedConnection(b.peer)]
        expect(theirs?.direction).to.equal(ours && other[ours.direction])
        expect(a.peer.contestEndsAt, 'nothing is left to decide').to.equal(undefined)
        expect([a, b].filter(({ peer }) => peer.outgoing.state === 'Established' && peer.incoming !== undefined)).to.deep.equal([])
      }),
      { numRuns: 3000 },
    )
  })

  it('never lets a silent connection win', () => {
    const [a, b] = [new Side(low), new Side(high)]
    // Somebody connects and says nothing.
    a.feed({ type: 'accepted' }, instant(0))
    a.outbox.incoming = []
    a.feed({ type: 'start' }, instant(0))
    const silent = a.peer.incoming
    talk(a, b, instant(0), () => 0)
    expect(isUp(a)).to.equal(true)
    expect(establishedConnection(a.peer)?.direction).to.equal('outgoing')
    expect(a.peer.incoming?.holdAt).to.equal(silent?.holdAt)
    a.feed({ type: 'timer' }, instant(240_000))
    expect(a.peer.incoming).to.equal(undefined)
  })

  it('closes a second connection once the session has been up for a while', () => {
    const [a, b] = [new Side(low), new Side(high)]
    a.feed({ type: 'start' }, instant(0))
    talk(a, b, instant(0), () => 0)
    const late = new Side(high)
    late.feed({ type: 'start' }, instant(5000))
    talk(late, a, instant(5000), () => 0)
    expect(isUp(late)).to.equal(false)
    expect(establishedConnection(a.peer)?.direction).to.equal('outgoing')
  })

  it('decides by itself when the other side does not in two seconds', () => {
    const [a, b] = [new Side(low), new Side(high)]
    a.feed({ type: 'start' }, instant(0))
    talk(a, b, instant(0), () => 0)
    const late = new Side(high)
    late.feed({ type: 'start' }, instant(500))
    // The OPEN arrives, and then nothing: neither a KEEPALIVE nor a Cease.
    late.outbox.outgoing.shift()
    a.feed({ type: 'accepted' }, instant(500))
    late.on('outgoing', { type: 'tcpConnected' }, instant(500))
    const open = late.outbox.outgoing.shift()
    if (open instanceof Uint8Array) a.receive('incoming', open, instant(500))
    expect(nextDeadline(a.peer)).to.equal(2500)
    expect(a.peer.incoming?.state).to.equal('OpenConfirm')
    a.feed({ type: 'timer' }, instant(2500))
    expect([a.peer.incoming, a.peer.outgoing.state]).to.deep.equal([undefined, 'Established'])
  })

  it('lets a new connection replace one whose OPEN never came, and no other', () => {
    const a = new Side(low)
    a.feed({ type: 'accepted' }, instant(0))
    a.feed({ type: 'accepted' }, instant(1))
    expect(a.said).to.deep.equal([
      'adopt',
      'incoming send',
      'incoming send',
      'incoming disconnect',
      'incoming ended',
      'adopt',
      'incoming send',
    ])
    const b = new Side(high)
    b.feed({ type: 'start' }, instant(1))
    const c = new Side(low)
    talk(b, c, instant(1), () => 0)
    c.said.splice(0)
    c.feed({ type: 'accepted' }, instant(2))
    expect(c.said).to.deep.equal(['reject'])
  })

  it('says goodbye on every connection when it is stopped, and stays down', () => {
    const [a, b] = [new Side(low), new Side(high)]
    a.feed({ type: 'start' }, instant(0))
    talk(a, b, instant(0), () => 0)
    a.said.splice(0)
    a.feed({ type: 'stop', notification: notify('AdministrativeShutdown') }, instant(1000))
    expect(a.said).to.deep.equal(['outgoing send', 'outgoing disconnect', 'outgoing ended', 'outgoing lost'])
    expect(nextDeadline(a.peer)).to.equal(undefined)
  })

  it('connects again after a session was lost, whoever had opened it', () => {
    for (const starter of [0, 1]) {
      const sides = [new Side(low), new Side(high)] as const
      sides[starter === 0 ? 0 : 1].feed({ type: 'start' }, instant(0))
      talk(sides[0], sides[1], instant(0), () => 0)
      const direction = starter === 0 ? 'outgoing' : 'incoming'
      sides[0].on(direction, { type: 'tcpFails', cause: 'ECONNRESET' }, instant(60_000))
      expect(sides[0].peer.startAt).to.equal(60_375)
      sides[0].said.splice(0)
      sides[0].feed({ type: 'timer' }, instant(60_375))
      expect(sides[0].said).to.deep.equal(['outgoing connect'])
    }
  })

  it('does not connect while the other side has opened the session', () => {
    const [a, b] = [new Side(low), new Side(high)]
    a.feed({ type: 'start' }, instant(0))
    a.on('outgoing', { type: 'tcpFails', cause: 'ECONNREFUSED' }, instant(0))
    b.feed({ type: 'start' }, instant(1))
    a.outbox.outgoing = []
    talk(b, a, instant(1), () => 0)
    a.said.splice(0)
    a.feed({ type: 'timer' }, instant(10_000))
    expect(a.said).to.deep.equal([])
  })
})

describe('BGP retries', () => {
  const none = noHistory
  const rows: Readonly<Record<string, readonly [delay: number, expected: number]>> = {
    'a second after the first failure': [retryDelay({ ...none, failures: 1 }, false, instant(0), undefined, 1), 1000],
    'no sooner than three quarters of it': [retryDelay({ ...none, failures: 1 }, false, instant(0), undefined, 0), 750],
    'twice as long after the next': [retryDelay({ ...none, failures: 2 }, false, instant(0), undefined, 1), 2000],
    'ten seconds at most where nobody answers': [retryDelay({ ...none, failures: 99 }, false, instant(0), undefined, 1), 10_000],
    'two minutes at most where the peer refuses': [retryDelay({ ...none, failures: 99 }, true, instant(0), undefined, 1), 120_000],
    'what the operator asks for, exactly': [retryDelay({ ...none, failures: 9 }, true, instant(0), millis(30_000), 0), 30_000],
    'half a second while a router comes back': [retryDelay({ failures: 7, lostAt: instant(0) }, false, instant(59_999), undefined, 1), 500],
    'longer again after a minute': [retryDelay({ failures: 7, lostAt: instant(0) }, false, instant(60_000), undefined, 1), 10_000],
    'not so soon while the router refuses': [retryDelay({ failures: 3, lostAt: instant(0) }, true, instant(1000), undefined, 1), 4000],
  }
  for (const [name, [delay, expected]] of Object.entries(rows)) it(`come ${name}`, () => expect(delay).to.equal(expected))

  it('slow down for a session that comes up and falls at once', () => {
    const delays: number[] = []
    const a = new Side(low)
    let now = 0
    for (let round = 0; round < 4; round += 1) {
      const b = new Side(high)
      a.feed(round === 0 ? { type: 'start' } : { type: 'timer' }, instant(now))
      talk(a, b, instant(now), () => 0)
      a.on('outgoing', { type: 'notification', notification: notify('Cease') }, instant(now + lasting - 1))
      const startAt = a.peer.startAt ?? 0
      delays.push(startAt - now - lasting + 1)
      now = startAt
    }
    expect(delays).to.deep.equal([750, 1500, 3000, 6000])
  })
})
