// What a lab's network looks like, as data. Every lab has the same addresses: each lives in an outer network namespace of its own.
import { type Bridge, type Host, hex, type Link, linkTo, type Route } from './links.ts'

export interface InterfaceOptions {
  /** The name in the node, for instance `eth1`. */
  readonly name: string
  /** The bridge that its other end is on; made when it does not exist. */
  readonly bridge: string
  /** With prefix length. */
  readonly addresses?: readonly string[]
}

export interface NodeOptions {
  readonly labels?: Readonly<Record<string, string>>
  readonly interfaces?: readonly InterfaceOptions[]
}

export interface NodePlan extends Host {
  /** From 1. */
  readonly index: number
  readonly address: string
  readonly addressV6: string
  readonly podRange: string
  readonly podRangeV6: string
  readonly isControlPlane: boolean
  readonly labels: Readonly<Record<string, string>>
}

export interface ClientPlan extends Host {
  readonly address: string
  readonly addressV6: string
}

export interface RouterPlan extends Host {
  readonly kind: RouterKind
  readonly asn: number
  readonly address: string
  readonly addressV6: string
}

export interface Topology {
  readonly bridges: readonly Bridge[]
  readonly nodes: readonly NodePlan[]
  readonly clients: readonly ClientPlan[]
  readonly routers: readonly RouterPlan[]
}

/** All that have a network namespace with a name. */
export function placesOf({ nodes, clients, routers }: Topology): readonly Host[] {
  return [...nodes, ...clients, ...routers]
}

export const routerKinds = ['frr', 'bird', 'gobgp'] as const
export type RouterKind = (typeof routerKinds)[number]

export const maxNodes = 30
export const controlPlaneAddress = '10.99.0.11'
const gateway = { v4: '10.99.0.1', v6: 'fd10:99::1' }
/** The AS of all nodes, of those that speak BGP. */
export const nodeAsn = 64500
/** Who may be a neighbour of a router: all nodes. */
export const lanRanges = { v4: '10.99.0.0/24', v6: 'fd10:99::/64' }
/** Behind the routers. */
const wanRanges = { v4: '10.98.0.0/24', v6: 'fd10:98::/64' }
export const podRanges = { v4: '10.244.0.0/16', v6: 'fd10:244::/32' }
export const serviceRanges = { v4: '10.96.0.0/16', v6: 'fd10:96::/112' }
/** The Service `kubernetes` of the namespace `default`. */
export const apiServiceAddress = '10.96.0.1'
export const dnsAddress = '10.96.0.10'
/** sysctls of every namespace that forwards packets. */
export const forwarding = ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.disable_ipv6=0', 'net.ipv6.conf.all.forwarding=1']
/** And of routers: the connections of one client are spread over the next hops of a route. */
export const spreading = ['net.ipv4.fib_multipath_hash_policy=1', 'net.ipv6.fib_multipath_hash_policy=1']

const defaultRoutes: readonly Route[] = [
  { to: 'default', via: gateway.v4 },
  { to: 'default', via: gateway.v6 },
]

/**
 * The topology of a lab with these nodes and routers: one LAN with the nodes and a client, and a bridge per name that extra interfaces use.
 * With routers, behind them the bridge `wan` with the client `outside`, whose packets take the first router, there and back.
 */
export function planTopology(nodes: readonly NodeOptions[], kinds: readonly RouterKind[] = []): Topology {
  const routers = kinds.map((kind) => planRouter(kind))
  const [first] = routers
  const extra = new Set(nodes.flatMap((node) => (node.interfaces ?? []).map((wanted) => wanted.bridge)))
  for (const name of ['lan', ...(first === undefined ? [] : ['wan'])]) extra.delete(name)
  return {
    bridges: [
      { name: 'lan', addresses: [`${gateway.v4}/24`, `${gateway.v6}/64`] },
      ...(first === undefined ? [] : [{ name: 'wan', addresses: [] }]),
      ...[...extra].toSorted().map((name) => ({ name, addresses: [] })),
    ],
    nodes: nodes.map((options, position) => planNode(options, position + 1, nodes.length, first)),
    clients: [
      {
        name: 'client',
        address: '10.99.0.50',
        addressV6: 'fd10:99::50',
        links: [lanLink('client', '10.99.0.50', 'fd10:99::50')],
        routes: defaultRoutes,
      },
      ...(first === undefined ? [] : [planOutside(first)]),
    ],
    routers,
  }
}

const routerPlans: Readonly<Record<RouterKind, { readonly host: number; readonly asn: number }>> = {
  frr: { host: 2, asn: 64_512 },
  bird: { host: 3, asn: 64_513 },
  gobgp: { host: 4, asn: 64_514 },
}

const wanAddress = (host: number): string => `10.98.0.${host}`
const wanAddressV6 = (host: number): string => `fd10:98::${host}`

function planRouter(kind: RouterKind): RouterPlan {
  const { host, asn } = routerPlans[kind]
  const address = `10.99.0.${host}`
  const addressV6 = `fd10:99::${host}`
  return {
    name: kind,
    kind,
    asn,
    address,
    addressV6,
    links: [lanLink(kind, address, addressV6), linkTo('wan', { port: `${kind}.1`, name: 'eth1' }, wanAddress(host), wanAddressV6(host))],
    routes: [],
  }
}

/** A client that no address of the LAN or of its neighbours is on-link for. */
function planOutside(router: RouterPlan): ClientPlan {
  const { host } = routerPlans[router.kind]
  return {
    name: 'outside',
    address: wanAddress(50),
    addressV6: wanAddressV6(50),
    links: [linkTo('wan', { port: 'outside', name: 'eth0' }, wanAddress(50), wanAddressV6(50))],
    routes: [
      { to: 'default', via: wanAddress(host) },
      { to: 'default', via: wanAddressV6(host) },
    ],
  }
}

function planNode(options: NodeOptions, index: number, count: number, router: RouterPlan | undefined): NodePlan {
  const name = `n${index}`
  const others = Array.from({ length: count }, (_, position) => position + 1).filter((other) => other !== index)
  const role = index === 1 ? 'control-plane' : 'worker'
  return {
    name,
    index,
    address: nodeAddress(index),
    addressV6: nodeAddressV6(index),
    podRange: podRange(index),
    podRangeV6: podRangeV6(index),
    isControlPlane: index === 1,
    labels: { [`node-role.kubernetes.io/${role}`]: 'true', ...options.labels },
    links: [
      lanLink(name, nodeAddress(index), nodeAddressV6(index)),
      ...(options.interfaces ?? []).map((wanted, position) => ({
        bridge: wanted.bridge,
        port: `${name}.${position + 1}`,
        name: wanted.name,
        mac: `02:00:0a:63:${hex(position + 1)}:${hex(10 + index)}`,
        addresses: wanted.addresses ?? [],
      })),
    ],
    routes: [
      ...defaultRoutes,
      ...others.map((other) => ({ to: podRange(other), via: nodeAddress(other) })),
      ...others.map((other) => ({ to: podRangeV6(other), via: nodeAddressV6(other) })),
      ...(router === undefined
        ? []
        : [
            { to: wanRanges.v4, via: router.address },
            { to: wanRanges.v6, via: router.addressV6 },
          ]),
    ],
  }
}

const lanLink = (port: string, address: string, addressV6: string): Link => linkTo('lan', { port, name: 'eth0' }, address, addressV6)
const nodeAddress = (index: number): string => `10.99.0.${10 + index}`
const nodeAddressV6 = (index: number): string => `fd10:99::${10 + index}`
const podRange = (index: number): string => `10.244.${index}.0/24`
const podRangeV6 = (index: number): string => `fd10:244:${index}::/64`
