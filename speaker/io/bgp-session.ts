// The shell around one peer: feeds the state machine from sockets and one timer, and does what it asks for.
import type { Socket } from 'node:net'
import { type Family, formatAddress } from '../../core/address.ts'
import { after, type Instant, instant, millis } from '../../core/time.ts'
import { unreachable } from '../../core/unreachable.ts'
import type { Clock } from '../../kube/clock.ts'
import type { Logger } from '../../kube/logger.ts'
import { AdjRibOut } from '../bgp/adj-rib-out.ts'
import { type ConnectionEvent, type Direction, type EndCause, earliest, type State } from '../bgp/connection.ts'
import { Framing } from '../bgp/framing.ts'
import { nextHopsFor } from '../bgp/local-address.ts'
import { decodeEvent } from '../bgp/message.ts'
import { describeNotification, type Notification } from '../bgp/notification.ts'
import { createPeer, foremostConnection, nextDeadline, type Peer, type PeerEffect, type PeerEvent, stepPeer } from '../bgp/peer.ts'
import type { RouteWriter } from '../bgp/route-attributes.ts'
import type { Session } from '../bgp/session.ts'
import type { SessionConfig } from '../bgp/session-config.ts'
import { concatBytes } from '../bytes.ts'
import { turnAway } from './bgp-listener.ts'
import { BgpSocket, type SocketOwner } from './bgp-socket.ts'
import { localAddresses } from './local-addresses.ts'

export interface SessionChange {
  readonly isUp: boolean
  /** Why it went down; undefined when it came up. */
  readonly cause: string | undefined
}

interface Link {
  readonly socket: BgpSocket
  readonly framing: Framing
}

/** What one write takes from the routes: enough to fill the wire, little enough that a KEEPALIVE does not wait for long. */
const writeOctets = 256 << 10

/** Between two writes of routes: changes that come in a burst share messages. */
const burst = millis(10)

export class BgpSession {
  config: SessionConfig
  /** What the peer should have, for the families of the session. Whoever changes it calls `flush` afterwards. */
  readonly routes: { readonly [F in Family]: AdjRibOut } = { IPv4: new AdjRibOut('IPv4'), IPv6: new AdjRibOut('IPv6') }
  readonly #clock: Clock
  readonly #log: Logger
  readonly #onChange: (session: BgpSession, change: SessionChange) => void
  readonly #links = new Map<Direction, Link>()
  #peer: Peer
  /** The connection that carries routes. */
  #carrier: { readonly direction: Direction; readonly session: Session; readonly writer: RouteWriter } | undefined
  #accepted: Socket | undefined
  #timer: NodeJS.Timeout | undefined
  #flushAt: Instant | undefined
  #flushedAt = instant(-Infinity)
  #lastCause: string | undefined
  #updatesSent = 0

  constructor(
    config: SessionConfig,
    options: {
      readonly clock: Clock
      readonly log: Logger
      readonly onChange: (session: BgpSession, change: SessionChange) => void
    },
  ) {
    this.config = config
    this.#clock = options.clock
    this.#log = options.log.child({ peer: config.name, address: formatAddress(config.peer) })
    this.#onChange = options.onChange
    this.#peer = createPeer(config.settings)
  }

  get state(): State {
    return foremostConnection(this.#peer).state
  }

  /** Agreed with the peer; undefined while the session is down. */
  get session(): Session | undefined {
    return this.#carrier?.session
  }

  /** Why the last connection ended, in words; undefined before the first end and while the session is up. */
  get lastCause(): string | undefined {
    return this.#carrier === undefined ? this.#lastCause : undefined
  }

  /** TCP connections, the attempt to open one among them: more than one only until their collision is resolved. */
  get connections(): number {
    return this.#links.size
  }

  /** UPDATE messages since the start of this object. */
  get updatesSent(): number {
    return this.#updatesSent
  }

  start(): void {
    this.#feed({ type: 'start' })
  }

  accept(socket: Socket): void {
    this.#accepted = socket
    this.#feed({ type: 'accepted' })
    this.#accepted = undefined
  }

  /** Ends both connections with this message; resolves when the kernel has let go of them. */
  async stop(notification: Notification): Promise<void> {
    const sockets = [...this.#links.values()].map(({ socket }) => socket)
    this.#feed({ type: 'stop', notification })
    clearTimeout(this.#timer)
    this.#flushAt = undefined
    await Promise.all(sockets.map((socket) => socket.finish()))
  }

  /** Sends what has changed: at once, or with what else comes within 10 ms of the last time; never while the peer has not read what it was sent. */
  flush(): void {
    if (this.#carrier === undefined) return
    const now = this.#now()
    if (after(this.#flushedAt, burst) <= now) this.#write(now)
    else {
      this.#flushAt ??= after(this.#flushedAt, burst)
      this.#arm()
    }
  }

  #feed(event: PeerEvent): void {
    const [peer, effects] = stepPeer(this.#peer, event, this.#now(), this.#clock.random())
    this.#peer = peer
    for (const effect of effects) this.#perform(effect)
    this.#arm()
  }

  #perform(effect: PeerEffect): void {
    switch (effect.type) {
      case 'connect':
        this.#connect()
        break
      case 'send':
        this.#send(effect.direction, effect.message)
        break
      case 'disconnect':
        void this.#links.get(effect.direction)?.socket.finish()
        this.#links.delete(effect.direction)
        break
      case 'established':
        this.#established(effect.direction, effect.session)
        break
      case 'resend':
        this.routes[effect.family].resend()
        this.flush()
        break
      case 'ended':
        this.#ended(effect.direction, effect.cause)
        break
      case 'lost':
        if (this.#carrier?.direction === effect.direction) this.#lost()
        break
      case 'adopt':
        this.#adopt()
        break
      case 'reject':
        if (this.#accepted !== undefined) turnAway(this.#accepted, effect.notification)
        break
      default:
        unreachable(effect)
    }
  }

  #connect(): void {
    const { peer, port, source, hops, password } = this.config
    const socket = BgpSocket.connect({ peer, port, source, hops, password }, this.#ownerOf('outgoing'))
    if (socket.ok) this.#links.set('outgoing', { socket: socket.value, framing: new Framing() })
    else setImmediate(() => this.#happened('outgoing', { type: 'tcpFails', cause: `${socket.error.call}: ${socket.error.code}` }))
  }

  #adopt(): void {
    if (this.#accepted === undefined) return
    const socket = BgpSocket.accepted(this.#accepted, this.config.peer, this.config.hops, this.#ownerOf('incoming'))
    this.#links.set('incoming', { socket, framing: new Framing() })
  }

  #ownerOf(direction: Direction): SocketOwner {
    return {
      connected: () => this.#happened(direction, { type: 'tcpConnected' }),
      received: (chunk) => this.#received(direction, chunk),
      drained: () => {
        this.#happened(direction, { type: 'sendDrained' })
        if (direction === this.#carrier?.direction) this.flush()
      },
      closed: (cause) => this.#happened(direction, { type: 'tcpFails', cause }),
    }
  }

  #happened(direction: Direction, event: ConnectionEvent): void {
    this.#feed({ type: 'connection', direction, event })
  }

  #received(direction: Direction, chunk: Uint8Array): void {
    const link = this.#links.get(direction)
    if (link === undefined) return
    for (const frame of link.framing.push(chunk)) {
      this.#happened(direction, decodeEvent(frame, this.#peer[direction]?.session))
      // What follows a message that ended the connection is nobody's.
      if (this.#links.get(direction) !== link) return
    }
  }

  #send(direction: Direction, message: Uint8Array): void {
    const socket = this.#links.get(direction)?.socket
    socket?.send(message)
    // Outside of the turn that is under way.
    if (socket?.isDrained === false) setImmediate(() => !socket.isDrained && this.#happened(direction, { type: 'sendBlocked' }))
  }

  #established(direction: Direction, session: Session): void {
    const socket = this.#links.get(direction)?.socket
    const local = socket?.localAddress
    if (socket === undefined || local === undefined) return
    if (session.holdTime !== undefined) socket.giveUpAfter(session.holdTime)
    const { localAs } = this.config.settings
    const { isInternal, fourOctetAs, messageLimit } = session
    const writer: RouteWriter = { localAs, isInternal, fourOctetAs, messageLimit, nextHops: nextHopsFor(local, localAddresses()) }
    const wasUp = this.#carrier !== undefined
    this.#carrier = { direction, session, writer }
    for (const routes of Object.values(this.routes)) routes.forget()
    this.#lastCause = undefined
    this.#log.info({ event: 'bgpSessionUp', direction, localAddress: formatAddress(local), peerAs: session.peerAs })
    if (!wasUp) this.#onChange(this, { isUp: true, cause: undefined })
    this.#write(this.#now())
  }

  /** One line for each new reason: a peer that refuses every ten seconds does not fill the log. */
  #ended(direction: Direction, cause: EndCause): void {
    const reason = describeEnd(cause)
    const isNews = this.#carrier === undefined && reason !== this.#lastCause
    this.#log[isNews ? 'warn' : 'debug']({ event: 'bgpConnectionEnded', direction, reason })
    this.#lastCause = reason
  }

  #lost(): void {
    this.#carrier = undefined
    this.#flushAt = undefined
    for (const routes of Object.values(this.routes)) routes.forget()
    this.#log.warn({ event: 'bgpSessionDown', reason: this.#lastCause })
    this.#onChange(this, { isUp: false, cause: this.#lastCause })
  }

  #write(now: Instant): void {
    this.#flushAt = undefined
    const carrier = this.#carrier
    const socket = carrier === undefined ? undefined : this.#links.get(carrier.direction)?.socket
    if (carrier === undefined || socket?.isDrained !== true) return
    const messages: Uint8Array[] = []
    let octets = 0
    for (const family of carrier.session.families) {
      if (octets >= writeOctets) break
      for (const message of this.routes[family].take(carrier.writer)) {
        messages.push(message)
        octets += message.length
        if (octets >= writeOctets) break
      }
    }
    if (messages.length === 0) return
    this.#flushedAt = now
    this.#updatesSent += messages.length
    this.#send(carrier.direction, concatBytes(messages))
  }

  #arm(): void {
    clearTimeout(this.#timer)
    const at = earliest([nextDeadline(this.#peer), this.#flushAt])
    if (at === undefined) return
    // Whatever the peer has sent while this thread was busy is read before a timer says that it was silent.
    this.#timer = setTimeout(() => setImmediate(() => this.#due()), Math.max(0, Math.ceil(at - this.#now())))
  }

  #due(): void {
    const now = this.#now()
    if (this.#flushAt !== undefined && this.#flushAt <= now) this.#write(now)
    const at = nextDeadline(this.#peer)
    if (at !== undefined && at <= now) this.#feed({ type: 'timer' })
    else this.#arm()
  }

  #now(): Instant {
    return instant(this.#clock.now())
  }
}

/** For logs, Events and status. */
export function describeEnd(cause: EndCause): string {
  switch (cause.type) {
    case 'sent':
      return `NOTIFICATION sent: ${describeNotification(cause.notification)}`
    case 'received':
      return `NOTIFICATION received: ${describeNotification(cause.notification)}`
    case 'tcp':
      return cause.cause
    case 'connectTimeout':
      return 'no answer to the attempt to connect'
  }
}
