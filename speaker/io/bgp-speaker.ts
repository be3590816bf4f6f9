// All BGP sessions of this node: keeps them as the configuration says, and gives each connection of a peer to its session.
import type { Socket } from 'node:net'
import { type Address, sameAddress } from '../../core/address.ts'
import type { Clock } from '../../kube/clock.ts'
import type { Logger } from '../../kube/logger.ts'
import { administrativeShutdown, notify } from '../bgp/notification.ts'
import { endpointOf, isSameSession, type SessionConfig } from '../bgp/session-config.ts'
import { BgpListener, turnAway } from './bgp-listener.ts'
import { BgpSession, type SessionChange } from './bgp-session.ts'

export interface BgpSpeakerOptions {
  readonly clock: Clock
  readonly log: Logger
  /** A session came up or went down. */
  readonly onChange: (session: BgpSession, change: SessionChange) => void
}

export class BgpSpeaker {
  readonly #options: BgpSpeakerOptions
  readonly #listener = new BgpListener()
  /** By the address and port of the peer. */
  readonly #sessions = new Map<string, BgpSession>()

  constructor(options: BgpSpeakerOptions) {
    this.#options = options
  }

  /** Lets peers connect to us. Without it every session has to be opened from here. */
  listen(port: number): void {
    const failures = this.#listener.listen(port, (socket, peer) => this.#accept(socket, peer))
    const [failure] = failures
    if (failure === undefined) return
    const { call, code } = failure
    this.#options.log.warn(
      { event: 'bgpNotListening', port, families: failures.map(({ family }) => family).join(','), reason: `${call}: ${code}` },
      code === 'EADDRINUSE'
        ? `port ${port} is taken by another program: sessions are opened from this side only`
        : `port ${port} cannot be opened: sessions are opened from this side only`,
    )
  }

  get sessions(): readonly BgpSession[] {
    return [...this.#sessions.values()]
  }

  /**
   * Makes the sessions those of the list: what has not changed is not touched, any change ends the old session and begins a new one.
   *
   * @returns the new ones, whose routes are empty
   */
  configure(configs: readonly SessionConfig[]): readonly BgpSession[] {
    const wanted = new Map(configs.map((config) => [endpointOf(config), config]))
    for (const [key, session] of this.#sessions) {
      const config = wanted.get(key)
      if (config !== undefined && isSameSession(config, session.config)) {
        session.config = config
        continue
      }
      this.#sessions.delete(key)
      void session.stop(notify(config === undefined ? 'PeerDeconfigured' : 'OtherConfigurationChange'))
      if (session.config.password !== undefined) this.#listener.setPassword(session.config.peer, undefined)
    }
    const added: BgpSession[] = []
    for (const [key, config] of wanted) {
      if (this.#sessions.has(key)) continue
      if (config.password !== undefined) this.#protect(config.peer, config.password)
      const session = new BgpSession(config, this.#options)
      this.#sessions.set(key, session)
      session.start()
      added.push(session)
    }
    return added
  }

  /** Tells every peer that this node goes (RFC 9003), which makes it drop our routes at once. */
  async stop(reason: string): Promise<void> {
    this.#listener.close()
    const sessions = this.sessions
    this.#sessions.clear()
    await Promise.all(sessions.map((session) => session.stop(administrativeShutdown(reason))))
  }

  #accept(socket: Socket, peer: Address): void {
    const known = this.sessions.filter(({ config }) => sameAddress(config.peer, peer))
    // Of several routers behind one address, the one that is missing.
    const session = known.find(({ state }) => state !== 'Established') ?? known[0]
    if (session === undefined) turnAway(socket, notify('ConnectionRejected'))
    else session.accept(socket)
  }

  #protect(peer: Address, password: string): void {
    const set = this.#listener.setPassword(peer, password)
    if (set?.ok === false) {
      this.#options.log.warn(
        { event: 'bgpPasswordNotSet', reason: `${set.error.call}: ${set.error.code}` },
        'the peer cannot connect to us',
      )
    }
  }
}
