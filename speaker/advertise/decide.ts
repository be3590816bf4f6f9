// Whether this node answers for a Service on layer 2, and if not, why not. The same value feeds the packet worker, metrics, events and logs.
import type { Address } from '../../core/address.ts'
import { checkService, hostsOf, type NodeReason, type ServiceReason } from '../../core/announce/eligibility.ts'
import type { EndpointView } from '../../core/announce/endpoints.ts'
import { l2AdvertsFor } from '../../core/announce/layer2.ts'
import { type Electorate, ownerOf, whyNoOwner } from '../../core/announce/owner.ts'
import type { L2Advert } from '../../core/config/l2-advertisement.ts'
import type { Pool } from '../../core/config/pool.ts'
import { selectsNode } from '../../core/config/selection.ts'
import type { ServiceView } from '../../core/service.ts'
import type { Interfaces } from '../l2/responder.ts'

/** Everything beside the Service that a decision rests on. */
export interface World extends Electorate {
  /** The node that this speaker runs on. */
  readonly node: string
  readonly pools: readonly Pool[]
  readonly adverts: readonly L2Advert[]
  /** This process may open packet sockets. */
  readonly canSpeakArp: boolean
}

/** MetalLB's words where it has one. */
export type WithholdReason =
  | ServiceReason
  | NodeReason
  /** See core/announce/layer2.ts. */
  | 'sharedIPWithServiceSelector'
  | 'nodeNotReady'
  | 'notOwner'
  /** This node owns it, but the Service has IPv6 addresses only, and nothing here answers neighbor solicitations. */
  | 'familyNotSupported'
  /** This node owns it, but may not open packet sockets. */
  | 'packetSocketsNotPermitted'

export type Decision =
  | {
      readonly type: 'announce'
      /** IPv4 addresses as numbers. */
      readonly addresses: readonly number[]
      readonly interfaces: Interfaces
      /** Addresses of the Service that nobody answers for: IPv6. */
      readonly unanswered: readonly Address[]
    }
  | { readonly type: 'withhold'; readonly reason: WithholdReason }

const withhold = (reason: WithholdReason): Decision => ({ type: 'withhold', reason })

/**
 * MetalLB's layer 2 decision over Ready nodes: every speaker computes it from the same objects and comes to the same owner.
 *
 * @param service undefined once it is gone
 * @param endpoints of all its EndpointSlices
 */
export function decide(service: ServiceView | undefined, endpoints: readonly EndpointView[], world: World): Decision {
  const announceable = checkService(service, endpoints, world.pools)
  if (!announceable.ok) return withhold(announceable.error)
  const { service: view, pool, serving } = announceable.value

  const selected = l2AdvertsFor(view, pool, world.adverts)
  if (!selected.ok) return withhold(selected.error)
  const adverts = selected.value
  const self = world.nodes.get(world.node)
  if (self === undefined) return withhold('nodeNotReady')
  const onSelf = adverts.filter((advert) => selectsNode(advert, self.labels))
  if (onSelf.length === 0) return withhold('noMatchingAdvertisement')

  const unable = whyNoOwner(self, hostsOf(view, serving), world)
  if (unable !== undefined) return withhold(unable)
  if (ownerOf(announceable.value, adverts, world) !== world.node) return withhold('notOwner')
  return announce(view, onSelf, world)
}

function announce(service: ServiceView, adverts: readonly L2Advert[], world: World): Decision {
  const addresses = service.held.flatMap((address) => (address.family === 'IPv4' ? [address.value] : []))
  if (addresses.length === 0) return withhold('familyNotSupported')
  if (!world.canSpeakArp) return withhold('packetSocketsNotPermitted')
  const unanswered = service.held.filter(({ family }) => family === 'IPv6')
  return { type: 'announce', addresses, interfaces: interfacesOf(adverts), unanswered }
}

/** One advertisement without a list opens every interface. */
function interfacesOf(adverts: readonly L2Advert[]): Interfaces {
  if (adverts.some(({ interfaces }) => interfaces.length === 0)) return 'all'
  return new Set(adverts.flatMap(({ interfaces }) => interfaces))
}
