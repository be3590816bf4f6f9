// From where a Service is announced, as far as objects tell: by the very rules of the speakers, but without their sessions, sockets and interfaces.
import type { WorldSettings } from '../../admission/still-world.ts'
import { storedAs } from '../../admission/stored.ts'
import { carriedFamilies, isForPeer, offersFrom } from '../../core/announce/bgp.ts'
import type { Sha256 } from '../../core/announce/election.ts'
import { type AnnounceableService, checkService, type PoolPart } from '../../core/announce/eligibility.ts'
import { type EndpointView, viewEndpoints } from '../../core/announce/endpoints.ts'
import { l2AdvertsFor } from '../../core/announce/layer2.ts'
import { ownerOf } from '../../core/announce/owner.ts'
import type { BgpAdvert } from '../../core/config/bgp-advertisement.ts'
import type { BgpPeer } from '../../core/config/bgp-peer.ts'
import type { L2Advert } from '../../core/config/l2-advertisement.ts'
import type { Pool } from '../../core/config/pool.ts'
import { compilePools } from '../../core/config/pools.ts'
import { selectsNode } from '../../core/config/selection.ts'
import { joinName, type NamespacedName } from '../../core/namespaced-name.ts'
import { type NodeView, viewNode } from '../../core/node.ts'
import type { ServiceView } from '../../core/service.ts'
import type { ClusterState } from '../cluster-state.ts'

/** Names of nodes and peers, in order. */
export interface Announcers {
  /** The node that answers on layer 2. */
  readonly layer2: string | undefined
  readonly bgp: readonly { readonly node: string; readonly peers: readonly string[] }[]
  /** Why nobody does; undefined when somebody does. MetalLB's words where it has one. */
  readonly reason: string | undefined
}

const serviceNameLabel = 'kubernetes.io/service-name'

export class AnnouncersOf {
  readonly #nodes: ReadonlyMap<string, NodeView>
  readonly #pools: readonly Pool[]
  readonly #l2Adverts: readonly L2Advert[]
  readonly #offers: readonly { readonly advert: BgpAdvert }[]
  readonly #peers: readonly BgpPeer[]
  readonly #endpoints = new Map<NamespacedName, EndpointView[]>()
  /** The snapshot holds EndpointSlices. */
  readonly knowsEndpoints: boolean
  readonly #electorate: { readonly nodes: ReadonlyMap<string, NodeView>; readonly ignoresExcludeLabel: boolean; readonly sha256: Sha256 }

  constructor(state: ClusterState, { ignoresExcludeLabel }: WorldSettings, sha256: Sha256) {
    this.#nodes = new Map(state.nodes.map(viewNode).map((node) => [node.name, node]))
    this.#pools = compilePools(state.pools).pools
    this.#l2Adverts = storedAs.l2Advertisements(state.l2Advertisements).compiled
    const { names } = storedAs.communities(state.communities).compiled
    const adverts = storedAs.bgpAdvertisements(state.bgpAdvertisements).compiled
    this.#offers = adverts.filter(({ aliases }) => aliases.every((alias) => names.has(alias))).map((advert) => ({ advert }))
    this.#peers = storedAs.peers(state.peers).compiled
    this.#electorate = { nodes: this.#nodes, ignoresExcludeLabel, sha256 }
    for (const slice of state.endpointSlices) {
      const name = slice.metadata.labels?.[serviceNameLabel]
      if (name === undefined) continue
      const key = joinName(slice.metadata.namespace, name)
      this.#endpoints.set(key, [...(this.#endpoints.get(key) ?? []), ...viewEndpoints(slice)])
    }
    this.knowsEndpoints = state.endpointSlices.length > 0
  }

  /** @param isNew it has no pods yet: it is taken to have one on every node, as is every Service when there are no EndpointSlices */
  of(service: ServiceView, isNew: boolean): Announcers {
    const assumed = [...this.#nodes.keys()].map((node) => ({ node, canServe: true }))
    const endpoints = isNew || !this.knowsEndpoints ? assumed : (this.#endpoints.get(service.key) ?? [])
    const announceable = checkService(service, endpoints, this.#pools)
    if (!announceable.ok) return { layer2: undefined, bgp: [], reason: announceable.error }
    const layer2 = this.#owner(announceable.value)
    const bgp = this.#routes(announceable.value)
    const isAnnounced = layer2.node !== undefined || bgp.length > 0
    return { layer2: layer2.node, bgp, reason: isAnnounced ? undefined : layer2.reason }
  }

  /** Of the first addresses that have one, where the Service is in several pools. */
  #owner(announceable: AnnounceableService): { readonly node: string | undefined; readonly reason: string } {
    const owners = announceable.parts.map(({ pool }) => this.#ownerIn(pool, announceable))
    return owners.find(({ node }) => node !== undefined) ?? owners[0] ?? { node: undefined, reason: 'ipNotAllowed' }
  }

  #ownerIn(pool: Pool, announceable: AnnounceableService): { readonly node: string | undefined; readonly reason: string } {
    const adverts = l2AdvertsFor(announceable.service, pool, this.#l2Adverts)
    if (!adverts.ok) return { node: undefined, reason: adverts.error }
    const reason = adverts.value.length === 0 ? 'noMatchingAdvertisement' : 'noNodeCan'
    return { node: ownerOf(announceable, adverts.value, this.#electorate), reason }
  }

  #routes(announceable: AnnounceableService): Announcers['bgp'] {
    return [...this.#nodes.values()]
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((node) => {
        const peers = new Set(announceable.parts.flatMap((part) => this.#peersFor(node, { ...announceable, ...part })))
        return peers.size === 0 ? [] : [{ node: node.name, peers: [...peers].toSorted() }]
      })
  }

  /** The peers to which a node announces addresses of one pool. */
  #peersFor(node: NodeView, part: AnnounceableService & PoolPart): readonly string[] {
    const offers = offersFrom(node, part, this.#offers, this.#electorate.ignoresExcludeLabel)
    if (!offers.ok) return []
    const isFor = (peer: BgpPeer): boolean =>
      selectsNode(peer, node.labels) &&
      offers.value.some(({ advert }) => isForPeer(advert, peer.name)) &&
      carriedFamilies(peer).some((family) => part.addresses.some((address) => address.family === family))
    return this.#peers.filter(isFor).map(({ name }) => name)
  }
}
