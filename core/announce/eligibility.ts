// What every protocol asks before it announces a Service from a node; what follows differs.
import type { Address } from '../address.ts'
import type { Pool } from '../config/pool.ts'
import type { NodeView } from '../node.ts'
import { rangeContains } from '../range.ts'
import { fail, ok, type Result } from '../result.ts'
import type { ServiceView } from '../service.ts'
import type { EndpointView } from './endpoints.ts'

/** MetalLB's words where it has one. */
export type ServiceReason =
  | 'serviceDeleted'
  | 'notLoadBalancer'
  | 'noIPAllocated'
  | 'invalidIP'
  /** An address of the Service is in no pool. */
  | 'ipNotAllowed'
  | 'noEndpoints'
  /** No advertisement of the protocol selects the pool, the Service and this node. */
  | 'noMatchingAdvertisement'

export type NodeReason = 'nodeNetworkUnavailable' | 'nodeLabeledExcludeBalancers' | 'noLocalEndpoints'

/** Addresses of a Service that are in one pool: the advertisements of that pool speak for them. */
export interface PoolPart {
  readonly pool: Pool
  readonly addresses: readonly Address[]
}

export interface AnnounceableService {
  readonly service: ServiceView
  /** Its first address. */
  readonly first: Address
  /** Nearly always one. */
  readonly parts: readonly PoolPart[]
  readonly serving: readonly EndpointView[]
}

/** @param service undefined once it is gone */
export function checkService(
  service: ServiceView | undefined,
  endpoints: readonly EndpointView[],
  pools: readonly Pool[],
): Result<AnnounceableService, ServiceReason> {
  if (service === undefined) return fail('serviceDeleted')
  if (!service.isLoadBalancer) return fail('notLoadBalancer')
  if (service.heldText.length === 0) return fail('noIPAllocated')
  const [first] = service.held
  if (first === undefined || service.heldIsStrange) return fail('invalidIP')
  const parts = partsOf(service.held, pools)
  if (parts === undefined) return fail('ipNotAllowed')
  const serving = endpoints.filter(({ canServe }) => canServe)
  if (serving.length === 0) return fail('noEndpoints')
  return ok({ service, first, parts, serving })
}

function partsOf(addresses: readonly Address[], pools: readonly Pool[]): readonly PoolPart[] | undefined {
  const common = pools.find((pool) => addresses.every((address) => holds(pool, address)))
  if (common !== undefined) return [{ pool: common, addresses }]
  const groups = Map.groupBy(addresses, (address) => pools.find((pool) => holds(pool, address)))
  const parts = [...groups].flatMap(([pool, group]) => (pool === undefined ? [] : [{ pool, addresses: group }]))
  return parts.length < groups.size ? undefined : parts
}

function holds(pool: Pool, address: Address): boolean {
  return pool.ranges.some((range) => rangeContains(range, address))
}

/** The nodes that may take the Service for the sake of its pods; undefined when every node may. */
export type Hosts = ReadonlySet<string | undefined> | undefined

export function hostsOf({ externalTrafficPolicy }: ServiceView, serving: readonly EndpointView[]): Hosts {
  return externalTrafficPolicy === 'Local' ? new Set(serving.map(({ node }) => node)) : undefined
}

/** @param ignoresExcludeLabel `--ignore-exclude-lb` */
export function whyNodeUnable(node: NodeView, hosts: Hosts, ignoresExcludeLabel: boolean): NodeReason | undefined {
  if (node.networkUnavailable) return 'nodeNetworkUnavailable'
  if (node.excluded && !ignoresExcludeLabel) return 'nodeLabeledExcludeBalancers'
  if (hosts !== undefined && !hosts.has(node.name)) return 'noLocalEndpoints'
  return undefined
}
