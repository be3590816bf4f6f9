// From decisions about Services to the routes of every session, and what people are told of it.
import { formatAddress } from '../../core/address.ts'
import type { EndpointView } from '../../core/announce/endpoints.ts'
import { compileBgpAdvertisement } from '../../core/config/bgp-advertisement.ts'
import { compileCommunities } from '../../core/config/community.ts'
import type { Pool } from '../../core/config/pool.ts'
import type { NamespacedName } from '../../core/namespaced-name.ts'
import type { NodeView } from '../../core/node.ts'
import type { ServiceView } from '../../core/service.ts'
import type { Logger } from '../../kube/logger.ts'
import type { Store } from '../../kube/store.ts'
import type { BGPAdvertisement, Community } from '../../schemas/generated/types.ts'
import { type BgpDecision, type BgpWorld, decideBgp, offerOf } from '../advertise/bgp.ts'
import { isFor, RouteBook } from '../advertise/route-book.ts'
import type { BgpSession } from './bgp-session.ts'
import type { SpeakerMetrics } from './metrics.ts'

export interface BgpAnnouncerOptions {
  readonly node: string
  readonly ignoresExcludeLabel: boolean
  readonly advertisements: Store<BGPAdvertisement>
  readonly communities: Store<Community>
  readonly sessions: () => readonly BgpSession[]
  /** The peers of a Service are others now: sorted names, none when it is announced to nobody. */
  readonly onPeers: (service: NamespacedName, peers: readonly string[]) => void
  readonly metrics: SpeakerMetrics
  readonly log: Logger
}

/** What is known of a Service outside. */
interface Told {
  readonly peers: readonly string[]
  readonly addresses: readonly string[]
  readonly withheld: string | undefined
}

const nothing: Told = { peers: [], addresses: [], withheld: undefined }
const protocol = 'bgp'

export class BgpAnnouncer {
  readonly #options: BgpAnnouncerOptions
  readonly #book = new RouteBook()
  readonly #told = new Map<NamespacedName, Told>()
  readonly #addresses = new Map<NamespacedName, readonly string[]>()
  /** What was said about advertisements that cannot be used. */
  #ignored: ReadonlySet<string> = new Set()
  #world: BgpWorld = { self: undefined, pools: [], offers: [], ignoresExcludeLabel: false }

  constructor(options: BgpAnnouncerOptions) {
    this.#options = options
  }

  /** Calls back when every Service has to be looked at again. */
  watch(onChange: () => void): readonly (() => void)[] {
    const { advertisements, communities } = this.#options
    return [advertisements.subscribe(onChange), communities.subscribe(onChange)]
  }

  /** Takes a new picture of the cluster; the Services follow one by one. */
  look(self: NodeView | undefined, pools: readonly Pool[]): void {
    const { advertisements, communities, ignoresExcludeLabel, log } = this.#options
    const { names } = compileCommunities(communities.list())
    const compiled = advertisements.list().map((object) => compileBgpAdvertisement(object, names))
    const problems = compiled.flatMap((one) => (one.advert === undefined ? one.problems : []))
    for (const { code, message } of problems) {
      if (!this.#ignored.has(message)) log.warn({ event: 'bgpAdvertisementIgnored', reason: code }, message)
    }
    this.#ignored = new Set(problems.map(({ message }) => message))
    const adverts = compiled.flatMap(({ advert }) => advert ?? []).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    this.#world = { self, pools, offers: adverts.map(offerOf), ignoresExcludeLabel }
  }

  /** Decides about one Service. Routes wait for `flush`. The same again changes nothing. */
  apply(key: NamespacedName, service: ServiceView | undefined, endpoints: readonly EndpointView[]): void {
    const decision = decideBgp(service, endpoints, this.#world)
    const touched = this.#book.set(key, decision.type === 'announce' ? decision.routes : [])
    for (const session of this.#options.sessions()) {
      for (const prefix of touched) {
        session.routes[prefix.family].set(prefix.nlri, this.#book.attributesFor(prefix, session.config.names))
      }
    }
    if (decision.type === 'announce') this.#addresses.set(key, (service?.held ?? []).map(formatAddress))
    else this.#addresses.delete(key)
    this.#tell(key, decision)
  }

  /** Sends what has changed. */
  flush(): void {
    for (const session of this.#options.sessions()) session.flush()
  }

  /** Gives a session everything that is for it: it is new, or stands for other peers now. */
  fill(session: BgpSession): void {
    for (const prefix of this.#book.prefixes()) {
      session.routes[prefix.family].set(prefix.nlri, this.#book.attributesFor(prefix, session.config.names))
    }
    session.flush()
  }

  /** Sessions came or went: Services have other peers now. */
  sessionsChanged(): void {
    for (const key of [...this.#told.keys(), ...this.#book.services]) this.#tell(key, undefined)
  }

  #tell(key: NamespacedName, decision: BgpDecision | undefined): void {
    const before = this.#told.get(key) ?? nothing
    const routes = this.#book.routesOf(key)
    const names = this.#options.sessions().flatMap(({ config }) => config.names)
    const peers = names.filter((name) => routes.some((route) => isFor(route, [name]))).toSorted()
    const addresses = peers.length === 0 ? [] : (this.#addresses.get(key) ?? [])
    const withheld = decision === undefined ? before.withheld : decision.type === 'withhold' ? decision.reason : undefined
    if (withheld === 'serviceDeleted' || (peers.length === 0 && withheld === undefined && routes.length === 0)) this.#told.delete(key)
    else this.#told.set(key, { peers, addresses, withheld })
    this.#count(key, before.addresses, addresses)
    const { log } = this.#options
    if (peers.join() !== before.peers.join()) {
      this.#options.onPeers(key, peers)
      const prefixes = routes.map(({ prefix }) => prefix)
      if (peers.length > 0) log.info({ event: 'bgpServiceAnnounced', service: key, peers, prefixes }, 'a Service is announced over BGP')
      else
        log.info(
          { event: 'bgpServiceWithdrawn', service: key, reason: withheld ?? 'noPeer' },
          'a Service is not announced over BGP any more',
        )
    } else if (withheld !== undefined && withheld !== before.withheld && peers.length === 0) {
      log.debug({ event: 'bgpWithheld', service: key, reason: withheld }, 'a Service is not announced over BGP')
    }
  }

  #count(service: NamespacedName, before: readonly string[], now: readonly string[]): void {
    const { metrics, node } = this.#options
    for (const ip of before) if (!now.includes(ip)) metrics.metallb_speaker_announced.remove({ service, protocol, node, ip })
    for (const ip of now) if (!before.includes(ip)) metrics.metallb_speaker_announced.set({ service, protocol, node, ip }, 1)
  }
}
