// The shell around one peer: feeds the state machine from sockets and one timer, and does what it asks for.
import type { Socket } from 'node:net'
import { formatAddress } from '../../core/address.ts'
import { type Instant, instant } from '../../core/time.ts'
import { unreachable } from '../../core/unreachable.ts'
import type { Clock } from '../../kube/clock.ts'
import type { Logger } from '../../kube/logger.ts'
import { type ConnectionEvent, type Direction, type EndCause, earliest, type State } from '../bgp/connection.ts'
import { Framing } from '../bgp/framing.ts'
import { nextHopsFor } from '../bgp/local-address.ts'
import { decodeEvent } from '../bgp/message.ts'
import { describeNotification, type Notification } from '../bgp/notification.ts'
import { createPeer, foremostConnection, nextDeadline, type Peer, type PeerEffect, type PeerEvent, stepPeer } from '../bgp/peer.ts'
import type { RouteWriter } from '../bgp/route-attributes.ts'
import { RouteFeed } from '../bgp/route-feed.ts'
import type { Session } from '../bgp/session.ts'
import type { SessionConfig } from '../bgp/session-config.ts'
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

export class BgpSession {
  config: SessionConfig
  readonly #clock: Clock
  readonly #log: Logger
  readonly #onChange: (session: BgpSession, change: SessionChange) => void
  readonly #links = new Map<Direction, Link>()
  readonly #feed = new RouteFeed()
  #peer: Peer
  /** The connection that carries routes. */
  #carrier: { readonly direction: Direction; readonly session: Session } | undefined
  #accepted: Socket | undefined
  #isStopping = false
  #timer: NodeJS.Timeout | undefined
  #lastCause: string | undefined

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

  /** What the peer should have. Whoever changes it calls `flush` afterwards. */
  get routes(): RouteFeed['routes'] {
    return this.#feed.routes
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
    return this.#feed.updates
  }

  start(): void {
    this.#step({ type: 'start' })
  }

  accept(socket: Socket): void {
    this.#accepted = socket
    this.#step({ type: 'accepted' })
    this.#accepted = undefined
  }

  /** Ends both connections with this message; resolves when the kernel has let go of them. */
  async stop(notification: Notification): Promise<void> {
    const sockets = [...this.#links.values()].map(({ socket }) => socket)
    this.#isStopping = true
    this.#step({ type: 'stop', notification })
    clearTimeout(this.#timer)
    await Promise.all(sockets.map((socket) => socket.finish()))
  }

  /** Sends what has changed: at once, or with what else comes within 10 ms of the last time; never while the peer has not read what it was sent. */
  flush(): void {
    if (this.#carrier === undefined) return
    if (this.#feed.isDue(this.#now())) this.#write()
    else this.#arm()
  }

  #step(event: PeerEvent): void {
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
        this.#feed.routes[effect.family].resend()
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
    this.#step({ type: 'connection', direction, event })
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
    for (const family of session.families) {
      if (writer.nextHops[family] === undefined) {
        this.#log.warn(
          { event: 'bgpNoNextHop', family },
          `the interface of this session has no ${family} address: such routes are not announced`,
        )
      }
    }
    const wasUp = this.#carrier !== undefined
    this.#carrier = { direction, session }
    this.#feed.begin(session.families, writer)
    this.#lastCause = undefined
    this.#log.info({ event: 'bgpSessionUp', direction, localAddress: formatAddress(local), peerAs: session.peerAs }, 'a BGP session is up')
    if (!wasUp) this.#onChange(this, { isUp: true, cause: undefined })
    this.#write()
  }

  /** One line for each new reason: a peer that refuses every ten seconds does not fill the log. */
  #ended(direction: Direction, cause: EndCause): void {
    const reason = describeEnd(cause)
    const isNews = this.#carrier === undefined && reason !== this.#lastCause && !this.#isStopping
    this.#log[isNews ? 'warn' : 'debug']({ event: 'bgpConnectionEnded', direction, reason }, 'a BGP connection ended')
    this.#lastCause = reason
  }

  #lost(): void {
    this.#carrier = undefined
    this.#feed.end()
    this.#log[this.#isStopping ? 'info' : 'warn']({ event: 'bgpSessionDown', reason: this.#lastCause }, 'a BGP session is down')
    this.#onChange(this, { isUp: false, cause: this.#lastCause })
  }

  #write(): void {
    const carrier = this.#carrier
    const socket = carrier === undefined ? undefined : this.#links.get(carrier.direction)?.socket
    if (carrier === undefined || socket?.isDrained !== true) {
      this.#feed.hold()
      return
    }
    const octets = this.#feed.take(this.#now())
    if (octets !== undefined) this.#send(carrier.direction, octets)
  }

  #arm(): void {
    clearTimeout(this.#timer)
    const at = earliest([nextDeadline(this.#peer), this.#feed.writeAt])
    if (at === undefined) return
    // Whatever the peer has sent while this thread was busy is read before a timer says that it was silent.
    this.#timer = setTimeout(() => setImmediate(() => this.#due()), Math.max(0, Math.ceil(at - this.#now())))
  }

  #due(): void {
    const now = this.#now()
    const { writeAt } = this.#feed
    if (writeAt !== undefined && writeAt <= now) this.#write()
    const at = nextDeadline(this.#peer)
    if (at !== undefined && at <= now) this.#step({ type: 'timer' })
    else this.#arm()
  }

  #now(): Instant {
    return instant(this.#clock.now())
  }
}

/** For logs, Events and status. */
function describeEnd(cause: EndCause): string {
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
