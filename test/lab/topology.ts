// What a lab's network looks like, as data. Every lab has the same addresses: each lives in an outer network namespace of its own.

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

export interface NodePlan {
  readonly name: string
  /** From 1. */
  readonly index: number
  readonly address: string
  readonly addressV6: string
  readonly podRange: string
  readonly podRangeV6: string
  readonly isControlPlane: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly links: readonly Link[]
  readonly routes: readonly Route[]
}

export interface ClientPlan {
  readonly name: string
  readonly address: string
  readonly addressV6: string
  readonly links: readonly Link[]
  readonly routes: readonly Route[]
}

/** A wire from a bridge of the outer namespace to an interface of a node or client. */
export interface Link {
  readonly bridge: string
  /** Its end in the outer namespace. */
  readonly port: string
  /** Its end in the node or client. */
  readonly name: string
  readonly mac: string
  readonly addresses: readonly string[]
}

export interface Route {
  readonly to: string
  readonly via: string
}

export interface Bridge {
  readonly name: string
  readonly addresses: readonly string[]
}

export interface Topology {
  readonly bridges: readonly Bridge[]
  readonly nodes: readonly NodePlan[]
  readonly clients: readonly ClientPlan[]
}

export const maxNodes = 30
export const controlPlaneAddress = '10.99.0.11'
const gateway = { v4: '10.99.0.1', v6: 'fd10:99::1' }
export const podRanges = { v4: '10.244.0.0/16', v6: 'fd10:244::/32' }
export const serviceRanges = { v4: '10.96.0.0/16', v6: 'fd10:96::/112' }
/** The Service `kubernetes` of the namespace `default`. */
export const apiServiceAddress = '10.96.0.1'
export const dnsAddress = '10.96.0.10'
/** sysctls of every namespace that forwards packets. */
export const forwarding = ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.disable_ipv6=0', 'net.ipv6.conf.all.forwarding=1']

const defaultRoutes: readonly Route[] = [
  { to: 'default', via: gateway.v4 },
  { to: 'default', via: gateway.v6 },
]

/** The topology of a lab with these nodes: one LAN with the nodes and a client, and a bridge per name that extra interfaces use. */
export function planTopology(nodes: readonly NodeOptions[]): Topology {
  const extra = new Set(nodes.flatMap((node) => (node.interfaces ?? []).map((wanted) => wanted.bridge)))
  extra.delete('lan')
  return {
    bridges: [
      { name: 'lan', addresses: [`${gateway.v4}/24`, `${gateway.v6}/64`] },
      ...[...extra].toSorted().map((name) => ({ name, addresses: [] })),
    ],
    nodes: nodes.map((options, position) => planNode(options, position + 1, nodes.length)),
    clients: [
      {
        name: 'client',
        address: '10.99.0.50',
        addressV6: 'fd10:99::50',
        links: [lanLink('client', '10.99.0.50', 'fd10:99::50')],
        routes: defaultRoutes,
      },
    ],
  }
}

function planNode(options: NodeOptions, index: number, count: number): NodePlan {
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
    ],
  }
}

/** The MAC address spells the IPv4 address, so that a packet dump reads easily and a node keeps its MAC address over a power cut. */
function lanLink(port: string, address: string, addressV6: string): Link {
  const mac = ['02', '00', ...address.split('.').map((part) => hex(Number(part)))].join(':')
  return { bridge: 'lan', port, name: 'eth0', mac, addresses: [`${address}/24`, `${addressV6}/64`] }
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')
const nodeAddress = (index: number): string => `10.99.0.${10 + index}`
const nodeAddressV6 = (index: number): string => `fd10:99::${10 + index}`
const podRange = (index: number): string => `10.244.${index}.0/24`
const podRangeV6 = (index: number): string => `fd10:244:${index}::/64`

/** Lines for `ip -batch` in the outer namespace: its bridges. */
export function bridgeCommands(bridges: readonly Bridge[]): readonly string[] {
  return [
    'link set lo up',
    ...bridges.flatMap(({ name, addresses }) => [
      // Without snooping a bridge passes every multicast frame on, as the cheapest switch does: neighbour discovery needs no querier.
      `link add ${name} type bridge mcast_snooping 0`,
      ...addresses.map((address) => addressCommand(name, address)),
      `link set ${name} up`,
    ]),
  ]
}

/** Lines for `ip -batch` in the outer namespace: the wires of one node or client, whose network namespace is given by name or pid. */
export function wireCommands(links: readonly Link[], namespace: string): readonly string[] {
  return links.flatMap(({ bridge, port, name, mac }) => [
    `link add ${port} type veth peer name ${name} address ${mac} netns ${namespace}`,
    `link set ${port} master ${bridge} up`,
  ])
}

/** Lines for `ip -batch` in the namespace of a node or client. */
export function hostCommands(links: readonly Link[], routes: readonly Route[]): readonly string[] {
  return [
    'link set lo up',
    ...links.flatMap(({ name, addresses }) => [...addresses.map((address) => addressCommand(name, address)), `link set ${name} up`]),
    ...routes.map(({ to, via }) => `route add ${to} via ${via}`),
  ]
}

/** Duplicate address detection would keep an IPv6 address unusable for a second or more. */
function addressCommand(link: string, address: string): string {
  return `addr add ${address} dev ${link}${address.includes(':') ? ' nodad' : ''}`
}
