// What kubectl shows of BGPPeers, BGPAdvertisements, BFDProfiles and Communities, of pools beside them, and that objects of one file see each other.
import { expect } from 'chai'
import type { Lab } from '../lab/lab.ts'
import { expectGolden } from './golden-text.ts'
import { productLab } from './product-lab.ts'

type Fields = Readonly<Record<string, unknown>>

const own = 'metallb-system'
const kinds = 'bgpadvertisements,l2advertisements,bgppeers,bfdprofiles,communities,ipaddresspools'

function ours(kind: string, name: string, spec: Fields, metadata: Fields = {}): Fields {
  const version = kind === 'BGPPeer' ? 'v1beta2' : 'v1beta1'
  return { apiVersion: `metallb.io/${version}`, kind, metadata: { name, namespace: own, ...metadata }, spec }
}

const pool = (name: string, addresses: readonly string[], metadata?: Fields): Fields => ours('IPAddressPool', name, { addresses }, metadata)
const routes = (spec: Fields, name = 'new'): Fields => ours('BGPAdvertisement', name, spec)
const peer = (spec: Fields, name = 'new'): Fields =>
  ours('BGPPeer', name, { myASN: 64500, peerASN: 64512, peerAddress: '10.99.0.2', ...spec })
const community = (name: string, entries: readonly (readonly [name: string, value: string])[]): Fields =>
  ours('Community', name, { communities: entries.map(([each, value]) => ({ name: each, value })) })
const node = (name: string): Fields => ({ matchLabels: { 'kubernetes.io/hostname': name } })
const onNode = (name: string): Fields => ({ nodeSelectors: [node(name)] })

const stage = [
  pool('lan', ['10.97.0.0/28', 'fd10:97::/124']),
  ours('BFDProfile', 'fast', { receiveInterval: 300, transmitInterval: 300, echoMode: true }),
  peer({ nodeSelectors: [node('n1'), node('n2')] }, 'rack-1'),
  community('names', [['internal', '64500:1']]),
  routes({ ipAddressPools: ['lan'], localPref: 100, peers: ['rack-1'] }, 'lan'),
  routes({ ipAddressPoolSelectors: [{ matchLabels: { rolled: 'up' } }], aggregationLength: 24 }, 'rolled-up'),
  ours('L2Advertisement', 'chosen', { ipAddressPools: ['lan'], serviceSelectors: [{ matchLabels: { tier: 'web' } }] }),
]

const chapter: Readonly<Record<string, Fields>> = {
  'A peer with nothing to complain about': peer({ peerAddress: '10.99.0.3', ...onNode('n1') }, 'rack-2'),
  'A peer with a mistake in every field': peer({
    peerASN: 64500,
    ebgpMultiHop: true,
    peerAddress: 'router.example',
    sourceAddress: '10.99.0.0/24',
    routerID: 'fd10:99::1',
    holdTime: '2s',
    keepaliveTime: '1m',
    connectTime: '1500ms',
    password: 'a',
    passwordSecret: { name: 'b' },
  }),
  'A peer of the older version': {
    ...peer({ holdTime: 90, keepaliveTime: '91s', peerAddress: 'fd10:99::2', sourceAddress: '10.99.0.11' }),
    apiVersion: 'metallb.io/v1beta1',
  },
  'A peer of the older version that is right': {
    ...peer({ peerAddress: '10.99.0.3', ...onNode('n1') }, 'rack-2'),
    apiVersion: 'metallb.io/v1beta1',
  },
  'A peer that dials the router of another': peer({ myASN: 64501, routerID: '10.99.0.11', ...onNode('n1') }),
  'A peer with what one Node has': peer({ peerAddress: '10.99.0.3', sourceAddress: '10.99.0.12', routerID: '10.99.0.12' }),
  'A peer far away, with a profile that does not exist': peer({ peerAddress: '198.51.100.1', bfdProfile: 'fats' }),
  'A peer that has to wait': peer({ peerAddress: '', interface: 'eth1', vrf: 'red', enableGracefulRestart: true }),
  'A peer on no Node': peer({ peerAddress: '10.99.0.3', ...onNode('n9') }),
  'A peer in another namespace': ours('BGPPeer', 'new', { myASN: 1, peerASN: 2, peerAddress: '10.99.0.2' }, { namespace: 'default' }),
  'A profile with units': ours('BFDProfile', 'new', { receiveInterval: '300ms', transmitInterval: '1s', detectMultiplier: '3' }),
  'A profile beyond its limits': ours('BFDProfile', 'new', { receiveInterval: 5, detectMultiplier: 1, minimumTtl: 255 }),
  'A profile with settings that exclude each other': ours('BFDProfile', 'new', { echoMode: true, minimumTtl: 254 }),
  'A community that is defined already, and some that cannot be read': community('new', [
    ['internal', '64500:2'],
    ['old', '64500'],
    ['great', '64500:70000'],
    ['far', 'small:1:2:3'],
  ]),
  'An advertisement of names that nobody has': routes({ ipAddressPools: ['lam'], peers: ['rack-l'], communities: ['intern'] }),
  'An advertisement that rolls up further than its pool reaches': routes({ aggregationLength: 24, aggregationLengthV6: 64, peers: ['x'] }),
  'An advertisement that chooses by Service and rolls up': routes({ aggregationLength: 28, serviceSelectors: [{}] }),
  'An advertisement with another local preference for the same routes': routes({ localPref: 200 }),
  'An advertisement with a local preference that nobody sees': routes({ localPref: 100 }),
  'An advertisement with the same entry twice': routes({
    peers: ['rack-1', 'rack-1'],
    communities: ['64500:1', '64500:1'],
    nodeSelectors: [{ matchExpressions: [{ key: 'rack', operator: 'In', values: ['a', 'a'] }] }],
  }),
  'A pool that does not reach what its advertisement rolls up': pool('new', ['10.97.2.0/25'], { labels: { rolled: 'up' } }),
  'A pool of addresses that nobody can reach': pool('new', ['127.0.0.0/24', '224.0.0.0-224.0.0.9', '::1/128']),
  'A pool over the networks of the cluster': pool('new', ['10.96.0.128/25', '169.254.10.0/28']),
  'A pool with a space too many': pool('new', ['10.97.3.0/28 ', '10.97.3.16 - 10.97.3.20']),
  'A Service that shares an address which an advertisement chooses': {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default', labels: { tier: 'web' }, annotations: { 'metallb.io/allow-shared-ip': 'web' } },
    spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] },
  },
}

describe('admission of routing, as kubectl shows it', () => {
  let lab: Lab

  async function apply(objects: readonly Fields[], ...more: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
    // Documents of their own: what is in a List, kubectl judges itself, by its own words.
    const input = objects.map((object) => JSON.stringify(object)).join('\n---\n')
    const { code, stdout, stderr } = await lab.kubectl(['apply', '-f', '-', ...more], { input })
    return { code, text: stderr + stdout }
  }

  before(async function () {
    this.timeout(180_000)
    ;({ lab } = await productLab())
  })

  it('of what is made in an order that has everything in place', async () => {
    const { code, text } = await apply(stage)
    expect(code, text).to.equal(0)
    expectGolden('routing-stage', text)
  })

  it('of what is wrong or odd', async () => {
    const parts: string[] = []
    for (const [title, object] of Object.entries(chapter)) parts.push(`# ${title}\n${(await apply([object], '--dry-run=server')).text}`)
    expectGolden('routing', parts.join('\n'))
  })

  it('lets two objects of one file see each other, whichever replica is asked', async () => {
    for (let attempt = 0; attempt < 20; attempt++) {
      const named = (name: string): string => `${name}-${attempt}`
      const communities = ['a', 'b'].map((name) => community(named(name), [[named('mark'), '64500:7']]))
      const tooSmall = pool(named('small'), ['10.97.9.0/29'], { labels: { set: named('set') } })
      const rolledUp = routes({ ipAddressPoolSelectors: [{ matchLabels: { set: named('set') } }], aggregationLength: 24 }, named('routes'))
      const { code, text } = await apply([...communities, tooSmall, rolledUp])
      expect(code, text).to.equal(1)
      expect(text.match(/ created$/gm), text).to.have.length(2)
      expect(text)
        .to.contain(`duplicate definition of community "${named('mark')}"`)
        .and.to.contain('invalid aggregation length 24: prefix 29')
      await lab.kubectl(['delete', 'ipaddresspool', named('small'), '-n', own])
    }
  })

  after(async () => {
    for (const kind of kinds.split(',')) await lab.kubectl(['delete', kind, '--all', '-n', own])
  })
})
