// Keeps the BGP sessions of this node as the BGPPeers say, and tells what becomes of them.
import { crc32 } from 'node:zlib'
import { type BgpPeer, compileBgpPeer } from '../../core/config/bgp-peer.ts'
import { type NodeView, viewNode } from '../../core/node.ts'
import type { Node } from '../../core/objects.ts'
import type { EventRecorder } from '../../kube/events.ts'
import type { Logger } from '../../kube/logger.ts'
import type { Store } from '../../kube/store.ts'
import type { BGPPeerV1beta2 } from '../../schemas/generated/types.ts'
import { planSessions, type SessionPlan } from '../advertise/sessions.ts'
import { endpointOf } from '../bgp/session-config.ts'
import type { BgpSession, SessionChange } from './bgp-session.ts'
import type { BgpSpeaker } from './bgp-speaker.ts'
import { localAddresses } from './local-addresses.ts'
import type { NamedSecrets } from './named-secrets.ts'

export interface BgpSessionsOptions {
  readonly node: string
  readonly peers: Store<BGPPeerV1beta2>
  readonly nodes: Store<Node>
  readonly secrets: Pick<NamedSecrets, 'want' | 'isKnown' | 'values'>
  readonly speaker: BgpSpeaker
  /** 0: nobody can connect to us. */
  readonly listenPort: number
  /** A session needs its routes. */
  readonly onSession: (session: BgpSession) => void
  /** After sessions came or went. */
  readonly onSessionsChanged: () => void
  readonly events: Pick<EventRecorder, 'event'>
  readonly log: Logger
}

/** Interfaces get and lose addresses without an object of the API changing. */
const lookAgainMs = 5_000

export class BgpSessions {
  readonly #options: BgpSessionsOptions
  /** What was said of each peer that waits, or runs differently than written. */
  readonly #told = new Map<string, string>()
  readonly #names = new Map<string, string>()
  #isScheduled = false
  #isListening = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: BgpSessionsOptions) {
    this.#options = options
  }

  /** Call it once the stores hold their first lists, and the routes of all Services are known: a session that comes up early would withdraw them. */
  start(): void {
    const { peers, nodes, node } = this.#options
    peers.subscribe(() => this.planSoon())
    nodes.subscribe(({ object }) => {
      if (object.metadata.name === node) this.planSoon()
    })
    this.#timer = setInterval(() => this.#plan(), lookAgainMs)
    this.#plan()
  }

  planSoon(): void {
    if (this.#isScheduled || this.#timer === undefined) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#plan()
    })
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** For Events, of the BGPPeer. */
  told(session: BgpSession, { isUp, cause }: SessionChange): void {
    const { events, peers, node } = this.#options
    const endpoint = endpointOf(session.config)
    for (const object of peers.list()) {
      if (!session.config.names.includes(object.metadata.name ?? '')) continue
      if (isUp) events.event(object, 'Normal', 'BGPSessionUp', `session of node "${node}" with ${endpoint} is up`)
      else events.event(object, 'Warning', 'BGPSessionDown', `session of node "${node}" with ${endpoint} is down: ${cause}`)
    }
  }

  #plan(): void {
    const { nodes, node, peers, secrets, speaker, listenPort } = this.#options
    const object = nodes.get(node)
    if (object === undefined || this.#timer === undefined) return
    const compiled = this.#compile(peers.list())
    secrets.want(new Set(compiled.flatMap(({ passwordSecret }) => passwordSecret?.name ?? [])))
    const known = compiled.filter(({ passwordSecret }) => passwordSecret === undefined || secrets.isKnown(passwordSecret.name))
    const plan = this.#planFor(known, viewNode(object))
    const before = speaker.sessions.length
    const added = speaker.configure(plan.sessions)
    if (!this.#isListening && listenPort !== 0) speaker.listen(listenPort)
    this.#isListening = true
    this.#fill(added, before)
    this.#tell(plan)
  }

  #planFor(peers: readonly BgpPeer[], self: NodeView): SessionPlan {
    const nodeNumber = Math.max(1, crc32(self.name))
    return planSessions(peers, { self, locals: localAddresses(), secrets: this.#options.secrets.values(), nodeNumber })
  }

  #compile(objects: readonly BGPPeerV1beta2[]): readonly BgpPeer[] {
    return objects.flatMap((object) => {
      const { peer, problems } = compileBgpPeer(object)
      if (peer !== undefined) return peer
      this.#note(object.metadata.name ?? '', 'bgpPeerIgnored', problems.map(({ message }) => message).join('; '))
      return []
    })
  }

  /** Routes for sessions that are new or stand for other BGPPeers; Services follow when the set of peers changed. */
  #fill(added: readonly BgpSession[], before: number): void {
    const { speaker, onSession, onSessionsChanged } = this.#options
    const names = new Map(speaker.sessions.map(({ config }) => [endpointOf(config), config.names.join()]))
    const changed = speaker.sessions.filter(
      (session) => added.includes(session) || this.#names.get(endpointOf(session.config)) !== names.get(endpointOf(session.config)),
    )
    for (const session of changed) onSession(session)
    if (changed.length > 0 || before !== speaker.sessions.length) onSessionsChanged()
    this.#names.clear()
    for (const [endpoint, list] of names) this.#names.set(endpoint, list)
  }

  #tell({ waiting, notes }: SessionPlan): void {
    const { events, peers, node } = this.#options
    for (const { name, message } of notes) this.#note(name, 'bgpPeerAdjusted', message)
    for (const { name, reason, message } of waiting) {
      if (!this.#note(name, 'bgpSessionWaiting', message, reason)) continue
      const object = peers.list().find(({ metadata }) => metadata.name === name)
      if (object !== undefined) events.event(object, 'Warning', 'BGPSessionWaiting', `node "${node}" has no session: ${message}`)
    }
    const named = new Set([...waiting, ...notes].map(({ name }) => name))
    for (const name of this.#told.keys()) if (!named.has(name) && !this.#isBroken(name)) this.#told.delete(name)
  }

  #isBroken(name: string): boolean {
    const object = this.#options.peers.list().find(({ metadata }) => metadata.name === name)
    return object !== undefined && compileBgpPeer(object).peer === undefined
  }

  /** Says it once. */
  #note(name: string, event: string, message: string, reason?: string): boolean {
    if (this.#told.get(name) === message) return false
    this.#told.set(name, message)
    this.#options.log.warn({ event, peer: name, ...(reason === undefined ? {} : { reason }) }, message)
    return true
  }
}
