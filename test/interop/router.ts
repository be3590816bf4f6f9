// Routers of other projects, each run by hand in a place: no service of the machine is touched.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Place } from '../lab/place.ts'
import { Daemon } from './daemon.ts'

export interface RouterOptions {
  readonly localAs: number
  readonly routerId: string
  readonly neighbor: string
  readonly neighborAs: number
  readonly password?: string
  /** Waits for us to connect. */
  readonly passive?: boolean
}

export interface RouteCounts {
  readonly IPv4: number
  readonly IPv6: number
}

/** One router: both families on one session, everything taken, nothing sent. */
export interface Router {
  isEstablished(): Promise<boolean>
  /** What it holds from its neighbor. */
  counts(): Promise<RouteCounts>
  /** All it says about one route. */
  describe(prefix: string): Promise<string>
  stop(): Promise<void>
}

export type RouterKind = 'BIRD' | 'FRR' | 'GoBGP'

export async function startRouter(kind: RouterKind, place: Place, options: RouterOptions): Promise<Router> {
  const folder = await mkdtemp(join(tmpdir(), 'bgp-router-'))
  // FRR's daemons drop their privileges and still write here.
  await chmod(folder, 0o777)
  const start = { BIRD: startBird, FRR: startFrr, GoBGP: startGoBgp }[kind]
  return start(place, folder, options)
}

async function startBird(place: Place, folder: string, options: RouterOptions): Promise<Router> {
  const config = `
log stderr all;
router id ${options.routerId};
protocol device {}
protocol bgp peer {
  local as ${options.localAs};
  neighbor ${options.neighbor} as ${options.neighborAs};
  ${options.password === undefined ? '' : `password "${options.password}";`}
  ${options.passive === true ? 'passive;' : ''}
  connect delay time 1; error wait time 1, 2;
  ipv4 { import all; export none; };
  ipv6 { import all; export none; };
}
`
  await writeFile(join(folder, 'bird.conf'), config)
  const control = join(folder, 'bird.ctl')
  const daemon = new Daemon(place, ['bird', '-f', '-c', join(folder, 'bird.conf'), '-s', control, '-P', join(folder, 'bird.pid')])
  const ask = async (words: string): Promise<string> => (await place.run(['birdc', '-s', control, ...words.split(' ')])).stdout
  return {
    isEstablished: async () => (await ask('show protocols peer')).includes('Established'),
    counts: async () => {
      const text = await ask('show route count')
      const count = (table: string): number =>
        Number(new RegExp(`(\\d+) of \\d+ routes for \\d+ networks in table ${table}`).exec(text)?.[1] ?? -1)
      return { IPv4: count('master4'), IPv6: count('master6') }
    },
    describe: (prefix) => ask(`show route all ${prefix}`),
    stop: () => stopAll(folder, daemon),
  }
}

async function startFrr(place: Place, folder: string, options: RouterOptions): Promise<Router> {
  const { neighbor } = options
  const config = `
frr defaults traditional
log stdout
router bgp ${options.localAs}
 bgp router-id ${options.routerId}
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 neighbor ${neighbor} remote-as ${options.neighborAs}
 neighbor ${neighbor} timers connect 1
 ${options.password === undefined ? '' : `neighbor ${neighbor} password ${options.password}`}
 ${options.passive === true ? `neighbor ${neighbor} passive` : ''}
 address-family ipv4 unicast
  neighbor ${neighbor} activate
 exit-address-family
 address-family ipv6 unicast
  neighbor ${neighbor} activate
 exit-address-family
`
  await writeFile(join(folder, 'bgpd.conf'), config)
  await writeFile(join(folder, 'zebra.conf'), '')
  await writeFile(join(folder, 'vtysh.conf'), '')
  const common = (name: string): string[] => [
    '--vty_socket',
    folder,
    '-z',
    join(folder, 'z.sock'),
    '-P',
    '0',
    '-i',
    join(folder, `${name}.pid`),
  ]
  const zebra = new Daemon(place, ['/usr/lib/frr/zebra', '-f', join(folder, 'zebra.conf'), ...common('zebra')])
  const bgpd = new Daemon(place, ['/usr/lib/frr/bgpd', '-f', join(folder, 'bgpd.conf'), ...common('bgpd')])
  const ask = async (command: string): Promise<string> =>
    (await place.run(['vtysh', '--vty_socket', folder, '--config_dir', folder, '-c', command])).stdout
  const summary = async (family: string): Promise<{ readonly state?: string; readonly pfxRcd?: number }> => {
    const text = await ask(`show bgp ${family} unicast summary json`)
    const peers = text.trimStart().startsWith('{')
      ? (JSON.parse(text) as { readonly peers?: Readonly<Record<string, object>> }).peers
      : undefined
    return peers?.[neighbor] ?? {}
  }
  return {
    isEstablished: async () => (await summary('ipv4')).state === 'Established',
    counts: async () => ({ IPv4: (await summary('ipv4')).pfxRcd ?? -1, IPv6: (await summary('ipv6')).pfxRcd ?? -1 }),
    describe: (prefix) => ask(`show bgp ${prefix.includes(':') ? 'ipv6' : 'ipv4'} unicast ${prefix}`),
    stop: () => stopAll(folder, bgpd, zebra),
  }
}

async function startGoBgp(place: Place, folder: string, options: RouterOptions): Promise<Router> {
  const config = `
[global.config]
  as = ${options.localAs}
  router-id = "${options.routerId}"
[[neighbors]]
  [neighbors.config]
    neighbor-address = "${options.neighbor}"
    peer-as = ${options.neighborAs}
    ${options.password === undefined ? '' : `auth-password = "${options.password}"`}
  [neighbors.timers.config]
    connect-retry = 1
  [neighbors.transport.config]
    passive-mode = ${options.passive === true}
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv6-unicast"
`
  await writeFile(join(folder, 'gobgpd.conf'), config)
  const daemon = new Daemon(place, ['gobgpd', '-f', join(folder, 'gobgpd.conf'), '--api-hosts', '127.0.0.1:50051'])
  const ask = async (words: string): Promise<string> => (await place.run(['gobgp', ...words.split(' ')])).stdout
  const count = async (family: string): Promise<number> =>
    Number(/Destination: (\d+)/.exec(await ask(`global rib summary -a ${family}`))?.[1] ?? -1)
  return {
    isEstablished: async () => /BGP state = established/i.test(await ask(`neighbor ${options.neighbor}`)),
    counts: async () => ({ IPv4: await count('ipv4'), IPv6: await count('ipv6') }),
    describe: (prefix) => ask(`global rib ${prefix} -a ${prefix.includes(':') ? 'ipv6' : 'ipv4'}`),
    stop: () => stopAll(folder, daemon),
  }
}

async function stopAll(folder: string, ...daemons: readonly Daemon[]): Promise<void> {
  await Promise.all(daemons.map((daemon) => daemon.stop()))
  await rm(folder, { recursive: true, force: true })
}
