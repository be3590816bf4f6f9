// Makes a lab's network: the outer namespace, its bridges and the uplink, the clients, and the wires of nodes as they start.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bridgeCommands, type Host, hostCommands, type Link, wireCommands } from './links.ts'
import { netnsFolder } from './netns-folder.ts'
import { labMachine, machine, networkPlace, type Place } from './place.ts'
import type { LabState } from './state.ts'
import { type ClientPlan, controlPlaneAddress, forwarding, type Topology } from './topology.ts'
import { chooseUplink, type Uplink } from './uplink.ts'

/** Names below /run/netns; global on the machine, hence the lab's name in each. */
export function outerNamespace(lab: string): string {
  return `metallb-${lab}`
}

export function placeNamespace(lab: string, place: string): string {
  return `metallb-${lab}-${place}`
}

export function namespacePath(name: string): string {
  return join(netnsFolder, name)
}

/** The outer network namespace: where the bridges are. */
function outerPlace(lab: string): Place {
  return networkPlace(lab, 'lan', namespacePath(outerNamespace(lab)))
}

/** The network namespace of a client, node or router, and nothing else of it. */
export function namespacePlace(lab: string, name: string): Place {
  return networkPlace(lab, name, namespacePath(placeNamespace(lab, name)))
}

/** An uplink that collides with nothing on the machine and nothing that is recorded. To be called under the machine's lock. */
export async function findUplink(states: readonly LabState[]): Promise<Uplink> {
  const read = async (...argv: string[]): Promise<readonly Record<string, unknown>[]> =>
    JSON.parse((await machine.must(['ip', '-json', ...argv])) || '[]') as Record<string, unknown>[]
  const [links, addresses, routes] = await Promise.all([read('link'), read('-4', 'address'), read('-4', 'route', 'show', 'table', 'all')])
  const infos = addresses.flatMap(({ addr_info: info }) => (Array.isArray(info) ? (info as { local?: string; prefixlen?: number }[]) : []))
  const uplink = chooseUplink({
    links: links.map(({ ifname }) => String(ifname)),
    prefixes: [...infos.map(({ local, prefixlen }) => `${local}/${prefixlen}`), ...routes.map(({ dst }) => String(dst))],
    slots: states.map((state) => state.uplink.slot),
  })
  if (uplink === undefined) throw new Error('no uplink is free: every /30 of 198.18.0.0/15 is in use on this machine')
  return uplink
}

/** The outer namespace and the uplink to it. To be called under the machine's lock, so that nobody else finds the uplink free. */
export async function makeUplink(lab: string, uplink: Uplink): Promise<void> {
  const outer = outerNamespace(lab)
  await labMachine(lab).must(['ip', 'netns', 'add', outer])
  await ipBatch(labMachine(lab), [
    `link add ${uplink.link} type veth peer name uplink netns ${outer}`,
    `addr add ${uplink.machineAddress}/30 dev ${uplink.link}`,
    `link set ${uplink.link} up`,
  ])
}

export async function makeNetwork(lab: string, uplink: Uplink, topology: Topology): Promise<void> {
  const outer = outerPlace(lab)
  await Promise.all([
    outer.must(['sysctl', '-qw', ...forwarding]),
    ipBatch(outer, [`addr add ${uplink.labAddress}/30 dev uplink`, 'link set uplink up', ...bridgeCommands(topology.bridges)]),
    outer.must(['nft', '-f', '-'], { input: uplinkRules }),
  ])
  await Promise.all(topology.clients.map((client) => makeClient(lab, client)))
}

/** kubectl on the machine talks to the uplink; to the API server it comes from the LAN. */
const uplinkRules = `table ip lab {
  chain prerouting {
    type nat hook prerouting priority dstnat
    iifname "uplink" tcp dport 6443 dnat to ${controlPlaneAddress}
  }
  chain postrouting {
    type nat hook postrouting priority srcnat
    iifname "uplink" oifname "lan" masquerade
  }
}
`

async function makeClient(lab: string, client: ClientPlan): Promise<void> {
  const namespace = placeNamespace(lab, client.name)
  await labMachine(lab).must(['ip', 'netns', 'add', namespace])
  const place = namespacePlace(lab, client.name)
  await place.must(['sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=0'])
  await wire(lab, place, client.links, namespace)
  await ipBatch(place, hostCommands(client.links, client.routes))
}

/** Wires up a machine whose first process has its own network namespace already. The wire goes with the namespace, and that with the last process. */
export async function wireHost(lab: string, host: Host, pid: number, sysctls: readonly string[]): Promise<void> {
  const place = networkPlace(lab, host.name, `/proc/${pid}/ns/net`)
  await place.must(['sysctl', '-qw', ...sysctls])
  await wire(lab, place, host.links, String(pid))
  await ipBatch(place, hostCommands(host.links, host.routes))
}

async function wire(lab: string, place: Place, links: readonly Link[], namespace: string): Promise<void> {
  await ipBatch(outerPlace(lab), wireCommands(links, namespace))
  // accept_dad per link: the value for all of them does not reach a link that exists.
  await place.must(['sysctl', '-qw', ...links.map(({ name }) => `net.ipv6.conf.${name}.accept_dad=0`)])
}

/** Pulls a machine's wires: what is left of them after a power cut. */
export async function unwireHost(lab: string, host: Host): Promise<void> {
  const outer = outerPlace(lab)
  for (const { port } of host.links) await outer.run(['ip', 'link', 'del', port])
}

/** Removes what is there of the uplink, then of the namespaces; the kernel takes the rest of the links with them. */
export async function removeNetwork(state: LabState): Promise<void> {
  if ((await machine.run(['ip', 'link', 'show', state.uplink.link])).code === 0)
    await machine.must(['ip', 'link', 'del', state.uplink.link])
  for (const name of state.namespaces) {
    if (existsSync(namespacePath(name))) await machine.run(['ip', 'netns', 'del', name])
    // A link to a node's namespace is not a mount: ip leaves it.
    rmSync(namespacePath(name), { force: true })
  }
}

async function ipBatch(place: Place, lines: readonly string[]): Promise<void> {
  await place.must(['ip', '-batch', '-'], { input: lines.map((line) => `${line}\n`).join('') })
}
