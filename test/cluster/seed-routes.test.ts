// The chapter on BGP of the seeds, as its text tells it: the routers of its network, its peers, its Secrets, and a client behind the router.
import { expect } from 'chai'
import { curl, eventually } from '../../demo/stage.ts'
import { speakerOn } from './routed.ts'
import { own, SeedStage } from './seed-stage.ts'

const routerAddresses = ['10.0.1.1/16', '10.0.1.2/16']
/** What the text calls the worker VLAN; the first two have a router of their own each. */
const nodes = [
  { name: 'n1', address: '10.0.2.10', label: 'primary', password: 'secure-bgp-password-primary' },
  { name: 'n2', address: '10.0.2.11', label: 'secondary', password: 'secure-bgp-password-secondary' },
  { name: 'n3', address: '10.0.2.12', label: undefined, password: 'bgp-password' },
] as const

interface Summary {
  readonly ipv4Unicast: { readonly peers: Readonly<Record<string, { readonly state: string }>> }
}

interface Route {
  readonly paths: readonly { readonly community?: { readonly string: string }; readonly nexthops: readonly { readonly ip: string }[] }[]
}

describe('the chapter on BGP of the seeds', () => {
  let seeds: SeedStage

  const exec = (place: string, ...argv: readonly string[]): Promise<string> => seeds.stage.lab.place(place).must(argv)
  const vtysh = (...commands: readonly string[]): Promise<string> => exec('frr', 'vtysh', ...commands.flatMap((command) => ['-c', command]))

  /** The neighbours of `router bgp 65000` in the text, with the passwords of its Secrets; the lab's router has another number otherwise. */
  const neighbours = nodes.flatMap(({ address, password }) => [
    `neighbor ${address} remote-as 65001`,
    `neighbor ${address} local-as 65000 no-prepend replace-as`,
    `neighbor ${address} password ${password}`,
    'address-family ipv4 unicast',
    `neighbor ${address} activate`,
    'exit-address-family',
  ])

  async function untilEstablished(...wanted: readonly string[]): Promise<void> {
    await eventually(`sessions with ${wanted.join(', ')}`, 30_000, async () => {
      const text = await vtysh('show bgp summary json')
      const { peers } = (JSON.parse(text) as Summary).ipv4Unicast
      const up = Object.keys(peers).filter((peer) => peers[peer]?.state === 'Established' && peer.startsWith('10.0.2.'))
      return up.toSorted().join() === wanted.join() ? { value: true, seen: '' } : { seen: text }
    })
  }

  /** A line of the speaker on that node, since the test began. */
  async function untilLogged(node: string, peer: string, words: string): Promise<void> {
    const pod = await speakerOn(seeds.stage.lab, node)
    await eventually(`"${words}" of ${peer} in the log of ${node}`, 10_000, async () => {
      const text = await seeds.must(['logs', '-n', own, pod, '--since=1m'])
      const said = text.split('\n').some((line) => line.includes(`"${peer}"`) && line.includes(words))
      return said ? { value: true, seen: '' } : { seen: text.split('\n').slice(-10).join('\n') }
    })
  }

  const createSecret = (name: string, password: string): Promise<string> =>
    seeds.must(['create', 'secret', 'generic', name, `--from-literal=password=${password}`, `--namespace=${own}`])

  before(async function () {
    this.timeout(180_000)
    seeds = await SeedStage.open()
    await seeds.startPods('web', { app: 'web' })
    for (const address of routerAddresses) await exec('frr', 'ip', 'address', 'replace', address, 'dev', 'eth0')
    await vtysh('configure terminal', 'router bgp 64512', ...neighbours)
    for (const { name, address, label } of nodes) {
      await exec(name, 'ip', 'address', 'replace', `${address}/16`, 'dev', 'eth0')
      if (label !== undefined) await seeds.must(['label', 'node', name, `metallb.io/bgp-node=${label}`])
    }
  })

  after(async () => {
    await seeds.close([])
    await seeds.run(['delete', 'secrets', '-n', own, 'bgp-auth', 'bgp-auth-primary', 'bgp-auth-secondary', '--ignore-not-found'])
    for (const { name, address, label } of nodes) {
      await exec(name, 'ip', 'address', 'del', `${address}/16`, 'dev', 'eth0')
      if (label !== undefined) await seeds.must(['label', 'node', name, 'metallb.io/bgp-node-'])
    }
    await vtysh('configure terminal', 'router bgp 64512', ...nodes.map(({ address }) => `no neighbor ${address}`))
    // The last first: a first address takes the others of its subnet with it.
    for (const address of routerAddresses.toReversed()) await exec('frr', 'ip', 'address', 'del', address, 'dev', 'eth0')
  })

  it('admission says what will be different from what is written', async () => {
    const said = async (id: string): Promise<string> => (await seeds.applyShown(id)).stderr
    await seeds.apply('001:236')
    expect(await said('001:261')).to.contain('a Node that does not have it uses its own [AddressOfOneNode]')
    await seeds.apply('001:279')
    expect(await said('001:299')).to.match(/minimumTtl.*\[WithoutEffect\]/)
    await seeds.apply('001:311')
    expect(await said('001:325')).to.contain(
      'one session serves both, with the settings of "core-router-primary" (first by name) [SameRouter]',
    )
    await seeds.apply('001:346')
  })

  it('peers whose Secrets do not exist yet wait, and say for which', async () => {
    const missing = 'with the key \\"password\\" does not exist: create it'
    await untilLogged('n1', 'core-router-primary', `the Secret \\"bgp-auth-primary\\" ${missing}`)
    await untilLogged('n2', 'core-router-secondary', `the Secret \\"bgp-auth-secondary\\" ${missing}`)
    await untilLogged('n3', 'router-1', `the Secret \\"bgp-auth\\" ${missing}`)
    await untilEstablished()
  })

  it('Secrets of any type, made as the text makes them, let their sessions begin, from the source of the node', async () => {
    await createSecret('bgp-auth-primary', 'secure-bgp-password-primary')
    await createSecret('bgp-auth-secondary', 'secure-bgp-password-secondary')
    await untilEstablished('10.0.2.10', '10.0.2.11')
  })

  it('a peer without nodeSelectors: the node without its sourceAddress uses its own, and where another peer dials the same router, one session serves both', async () => {
    await createSecret('bgp-auth', 'bgp-password')
    await untilEstablished('10.0.2.10', '10.0.2.11', '10.0.2.12')
    await untilLogged('n3', 'router-1', 'sourceAddress 10.0.2.10 is not an address of this node: it uses its own')
    await untilLogged('n1', 'router-1', 'duplicate of BGPPeer \\"core-router-primary\\"')
  })

  it('a Service from the pool is a route with the community of its advertisement, and a client behind the router reaches the pods', async () => {
    const address = await seeds.expose('routed')
    expect(address).to.equal('10.0.3.200')
    // The advertisement names the peer router-1: it is served by the session of core-router-primary on n1, and by its own on n3.
    await eventually('the route over both nodes', 20_000, async () => {
      const text = await vtysh(`show bgp ipv4 unicast ${address}/32 json`)
      const { paths = [] } = JSON.parse(text) as Partial<Route>
      const hops = paths.flatMap(({ nexthops }) => nexthops.map(({ ip }) => ip)).toSorted()
      const communities = new Set(paths.map(({ community }) => community?.string))
      const isWhole = hops.join() === '10.0.2.10,10.0.2.12' && [...communities].join() === '65000:100'
      return isWhole ? { value: true, seen: '' } : { seen: text }
    })
    await eventually('an answer', 10_000, async () => {
      const { code, stdout, stderr } = await curl(seeds.stage, address, 'outside')
      return code === 0 && stdout.startsWith('pod web-') ? { value: true, seen: '' } : { seen: stderr }
    })
  })

  it('a node that is on no subnet of the router waits, and says what it needs', async () => {
    const [, , { name, address }] = nodes
    await exec(name, 'ip', 'address', 'del', `${address}/16`, 'dev', 'eth0')
    try {
      await untilLogged(name, 'router-1', '10.0.1.1 is on no subnet of this node: needs ebgpMultiHop')
    } finally {
      await exec(name, 'ip', 'address', 'replace', `${address}/16`, 'dev', 'eth0')
    }
  })
})
