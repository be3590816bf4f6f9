// Which routes this node announces for a Service over BGP, and if none, why not. MetalLB's decision.
import { type Address, type Family, formatAddress } from '../../core/address.ts'
import { type NoOfferReason, offersFrom } from '../../core/announce/bgp.ts'
import { checkService, type ServiceReason } from '../../core/announce/eligibility.ts'
import type { EndpointView } from '../../core/announce/endpoints.ts'
import type { BgpAdvert } from '../../core/config/bgp-advertisement.ts'
import type { Pool } from '../../core/config/pool.ts'
import type { NodeView } from '../../core/node.ts'
import { firstOf } from '../../core/prefix.ts'
import type { ServiceView } from '../../core/service.ts'
import { type Nlri, nlriOf } from '../bgp/nlri.ts'
import { type RouteAttributes, routeAttributes } from '../bgp/route-attributes.ts'

/** An advertisement with what it makes of every route, written once. */
export interface BgpOffer {
  readonly advert: BgpAdvert
  readonly attributes: RouteAttributes
}

export const offerOf = (advert: BgpAdvert): BgpOffer => ({
  advert,
  attributes: routeAttributes(advert.localPref, advert.communities, advert.largeCommunities),
})

export interface BgpWorld {
  /** The node that this speaker runs on; undefined until its Node object is here. */
  readonly self: NodeView | undefined
  readonly pools: readonly Pool[]
  /** In the order of their names: where two add to one route, the first decides what only one can. */
  readonly offers: readonly BgpOffer[]
  readonly ignoresExcludeLabel: boolean
}

export interface BgpRoute {
  readonly family: Family
  readonly nlri: Nlri
  /** `10.0.0.1/32` */
  readonly prefix: string
  readonly attributes: RouteAttributes
  /** Names of BGPPeers; none means every peer. */
  readonly peers: ReadonlySet<string>
}

export type BgpWithholdReason = ServiceReason | NoOfferReason | 'nodeUnknown'

export type BgpDecision =
  | { readonly type: 'announce'; readonly routes: readonly BgpRoute[] }
  | { readonly type: 'withhold'; readonly reason: BgpWithholdReason }

const withhold = (reason: BgpWithholdReason): BgpDecision => ({ type: 'withhold', reason })

/**
 * Every node that may take the traffic announces, whoever else does; the routers choose among them.
 *
 * @param service undefined once it is gone
 * @param endpoints of all its EndpointSlices
 */
export function decideBgp(service: ServiceView | undefined, endpoints: readonly EndpointView[], world: BgpWorld): BgpDecision {
  const announceable = checkService(service, endpoints, world.pools)
  if (!announceable.ok) return withhold(announceable.error)
  if (world.self === undefined) return withhold('nodeUnknown')
  const routes: BgpRoute[] = []
  let reason: NoOfferReason | undefined
  for (const part of announceable.value.parts) {
    const offers = offersFrom(world.self, { ...announceable.value, ...part }, world.offers, world.ignoresExcludeLabel)
    if (offers.ok) routes.push(...part.addresses.flatMap((address) => offers.value.map((offer) => routeOf(address, offer))))
    else reason ??= offers.error
  }
  return reason !== undefined && routes.length === 0 ? withhold(reason) : { type: 'announce', routes }
}

function routeOf(address: Address, { advert, attributes }: BgpOffer): BgpRoute {
  const length = advert.aggregationLength[address.family]
  const first = firstOf(address, length)
  const prefix = `${formatAddress(first)}/${length}`
  return { family: address.family, nlri: nlriOf(first, length), prefix, attributes, peers: advert.peers }
}
