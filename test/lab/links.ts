// Wires, addresses and routes as data, and the lines for `ip -batch` that make them.

/** A wire from a bridge of the outer namespace to an interface of a node, client or router. */
export interface Link {
  readonly bridge: string
  /** Its end in the outer namespace. */
  readonly port: string
  /** Its other end. */
  readonly name: string
  readonly mac: string
  /** With prefix length. */
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

/** Whoever hangs on bridges with a network namespace of its own. */
export interface Host {
  readonly name: string
  readonly links: readonly Link[]
  readonly routes: readonly Route[]
}

/** The MAC address spells the IPv4 address, so that a packet dump reads easily and a node keeps its MAC address over a power cut. */
export function linkTo(bridge: string, ends: { readonly port: string; readonly name: string }, address: string, addressV6: string): Link {
  const mac = ['02', '00', ...address.split('.').map((part) => hex(Number(part)))].join(':')
  return { bridge, ...ends, mac, addresses: [`${address}/24`, `${addressV6}/64`] }
}

export const hex = (byte: number): string => byte.toString(16).padStart(2, '0')

/** Lines for the outer namespace: its bridges. */
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

/** Lines for the outer namespace: the wires of one host, whose network namespace is given by name or pid. */
export function wireCommands(links: readonly Link[], namespace: string): readonly string[] {
  return links.flatMap(({ bridge, port, name, mac }) => [
    `link add ${port} type veth peer name ${name} address ${mac} netns ${namespace}`,
    `link set ${port} master ${bridge} up`,
  ])
}

/** Lines for the namespace of a host. */
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
