// Whether this node answers for a Service on layer 2, and if not, why not. The same value feeds the packet worker, metrics, events and logs.
import type { Address } from '../../core/address.ts'
import {
  type AnnounceableService,
  checkService,
  hostsOf,
  type NodeReason,
  type PoolPart,
  type ServiceReason,
} from '../../core/announce/eligibility.ts'
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

export interface WireAddress {
  /** IPv4, as a number. */
  readonly address: number
  readonly interfaces: Interfaces
}

export type Decision =
  | {
      readonly type: 'announce'
      readonly answers: readonly WireAddress[]
      /** Addresses that this node owns, but that nobody answers for: IPv6. */
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
  const decisions = announceable.value.parts.map((part) => decidePart(announceable.value, part, world))
  const announced = decisions.filter((decision) => decision.type === 'announce')
  if (announced.length === 0) return decisions[0] ?? withhold('ipNotAllowed')
  const [answers, unanswered] = [announced.flatMap((part) => part.answers), announced.flatMap((part) => part.unanswered)]
  if (answers.length === 0) return withhold('familyNotSupported')
  return world.canSpeakArp ? { type: 'announce', answers, unanswered } : withhold('packetSocketsNotPermitted')
}

/** Parts of one Service may have several owners, where the advertisements of their pools are for different nodes. */
function decidePart(announceable: AnnounceableService, { pool, addresses }: PoolPart, world: World): Decision {
  const { service, serving } = announceable
  const selected = l2AdvertsFor(service, pool, world.adverts)
  if (!selected.ok) return withhold(selected.error)
  const adverts = selected.value
  const self = world.nodes.get(world.node)
  if (self === undefined) return withhold('nodeNotReady')
  const onSelf = adverts.filter((advert) => selectsNode(advert, self.labels))
  if (onSelf.length === 0) return withhold('noMatchingAdvertisement')

  const unable = whyNoOwner(self, hostsOf(service, serving), world)
  if (unable !== undefined) return withhold(unable)
  if (ownerOf(announceable, adverts, world) !== world.node) return withhold('notOwner')
  const interfaces = interfacesOf(onSelf)
  const answers = addresses.flatMap(({ family, value }) => (family === 'IPv4' ? [{ address: value, interfaces }] : []))
  return { type: 'announce', answers, unanswered: addresses.filter(({ family }) => family === 'IPv6') }
}

/** One advertisement without a list opens every interface. */
function interfacesOf(adverts: readonly L2Advert[]): Interfaces {
  if (adverts.some(({ interfaces }) => interfaces.length === 0)) return 'all'
  return new Set(adverts.flatMap(({ interfaces }) => interfaces))
}
