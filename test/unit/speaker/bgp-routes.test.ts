// Which routes a node announces, to whom, and which sessions it keeps.
import { expect } from 'chai'
import fc from 'fast-check'
import { parseAddress } from '../../../core/address.ts'
import { type EndpointView, viewEndpoints } from '../../../core/announce/endpoints.ts'
import { compileBgpAdvertisement } from '../../../core/config/bgp-advertisement.ts'
import { type BgpPeer, compileBgpPeer } from '../../../core/config/bgp-peer.ts'
import { compilePools } from '../../../core/config/pools.ts'
import { type NamespacedName, namespacedName } from '../../../core/namespaced-name.ts'
import { viewNode } from '../../../core/node.ts'
import { parsePrefix } from '../../../core/prefix.ts'
import { viewService } from '../../../core/service.ts'
import type { BGPAdvertisement, BGPAdvertisementSpec, BGPPeerV1beta2, IPAddressPool } from '../../../schemas/generated/types.ts'
import { type BgpRoute, type BgpWorld, decideBgp, offerOf } from '../../../speaker/advertise/bgp.ts'
import { RouteBook } from '../../../speaker/advertise/route-book.ts'
import { planSessions, type SessionWorld } from '../../../speaker/advertise/sessions.ts'
import { routeAttributes } from '../../../speaker/bgp/route-attributes.ts'

const apiVersion = 'metallb.io/v1beta1'

const pool = (name: string, addresses: readonly string[]): IPAddressPool => ({
  apiVersion,
  kind: 'IPAddressPool',
  metadata: { name },
  spec: { addresses },
})

const offer = (spec: BGPAdvertisementSpec, name = 'all'): BgpWorld['offers'][number] => {
  const object: BGPAdvertisement = { apiVersion, kind: 'BGPAdvertisement', metadata: { name }, spec }
  const { advert } = compileBgpAdvertisement(object, new Map())
  if (advert === undefined) throw new Error('the test is wrong')
  return offerOf(advert)
}

interface Setting {
  readonly ips?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly policy?: string
  readonly type?: string
  readonly offers?: BgpWorld['offers']
  readonly endpoints?: readonly EndpointView[]
  readonly node?: { readonly labels?: Readonly<Record<string, string>>; readonly networkUnavailable?: string }
  readonly ignoresExcludeLabel?: boolean
  readonly isNodeUnknown?: boolean
}

const on = (nodeName: string): readonly EndpointView[] => viewEndpoints({ metadata: {}, endpoints: [{ nodeName }] })

/** What comes out, in one line for each route. */
function decide(setting: Setting): readonly string[] | string {
  const { ips = ['10.1.2.3'], labels = {}, policy = 'Cluster', type = 'LoadBalancer' } = setting
  const service = viewService({
    metadata: { namespace: 'shop', name: 'web', labels },
    spec: { type, externalTrafficPolicy: policy },
    status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } },
  })
  const { labels: nodeLabels = {}, networkUnavailable = 'False' } = setting.node ?? {}
  const self = viewNode({
    metadata: { name: 'n1', labels: nodeLabels },
    status: { conditions: [{ type: 'NetworkUnavailable', status: networkUnavailable }] },
  })
  const decision = decideBgp(service, setting.endpoints ?? on('n2'), {
    self: setting.isNodeUnknown === true ? undefined : self,
    pools: compilePools([pool('bgp', ['10.1.0.0/16', 'fd01::/64']), pool('other', ['10.2.0.0/16'])]).pools,
    offers: setting.offers ?? [offer({})],
    ignoresExcludeLabel: setting.ignoresExcludeLabel ?? false,
  })
  if (decision.type === 'withhold') return decision.reason
  return decision.routes.map(({ prefix, attributes, peers }) => `${prefix} [${attributes.key}] ${[...peers].join() || 'all'}`)
}

const exclude = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }

const decisions: Readonly<Record<string, readonly [Setting, readonly string[] | string]>> = {
  'its address to every peer': [{}, ['10.1.2.3/32 [  ] all']],
  'both families': [{ ips: ['10.1.2.3', 'fd01::5'] }, ['10.1.2.3/32 [  ] all', 'fd01::5/128 [  ] all']],
  'a prefix when the advertisement rolls up': [
    { ips: ['10.1.2.3', 'fd01::5'], offers: [offer({ aggregationLength: 24, aggregationLengthV6: 64 })] },
    ['10.1.2.0/24 [  ] all', 'fd01::/64 [  ] all'],
  ],
  'one route for each advertisement': [
    { offers: [offer({ communities: ['1:2'] }), offer({ aggregationLength: 24, localPref: 50, peers: ['tor'] })] },
    ['10.1.2.3/32 [ 65538 ] all', '10.1.2.0/24 [50  ] tor'],
  ],
  'nothing without endpoints': [{ endpoints: [] }, 'noEndpoints'],
  'nothing for a Service of another type': [{ type: 'ClusterIP' }, 'notLoadBalancer'],
  'nothing before there is an address': [{ ips: [] }, 'noIPAllocated'],
  'nothing for an address of no pool': [{ ips: ['10.9.9.9'] }, 'ipNotAllowed'],
  'nothing without an advertisement': [{ offers: [] }, 'noMatchingAdvertisement'],
  'every address of a family': [
    { ips: ['10.1.2.3', '10.1.2.9', '10.1.2.4'] },
    ['10.1.2.3/32 [  ] all', '10.1.2.9/32 [  ] all', '10.1.2.4/32 [  ] all'],
  ],
  'addresses of two pools, each by the advertisements of its own': [
    {
      ips: ['10.2.0.1', 'fd01::5'],
      offers: [offer({ ipAddressPools: ['other'], communities: ['1:2'] }), offer({ ipAddressPools: ['bgp'] })],
    },
    ['10.2.0.1/32 [ 65538 ] all', 'fd01::5/128 [  ] all'],
  ],
  'of addresses of two pools the one that has an advertisement': [
    { ips: ['10.2.0.1', 'fd01::5'], offers: [offer({ ipAddressPools: ['bgp'] })] },
    ['fd01::5/128 [  ] all'],
  ],
  'nothing for another pool': [{ offers: [offer({ ipAddressPools: ['other'] })] }, 'noMatchingAdvertisement'],
  'nothing from another node': [{ offers: [offer({ nodeSelectors: [{ matchLabels: { rack: 'a' } }] })] }, 'noMatchingAdvertisement'],
  'nothing for another Service': [{ offers: [offer({ serviceSelectors: [{ matchLabels: { app: 'b' } }] })] }, 'noMatchingAdvertisement'],
  'what its labels select': [
    { labels: { app: 'b' }, offers: [offer({ serviceSelectors: [{ matchLabels: { app: 'b' } }] })] },
    ['10.1.2.3/32 [  ] all'],
  ],
  'nothing from a node without network': [{ node: { networkUnavailable: 'True' } }, 'nodeNetworkUnavailable'],
  'nothing from an excluded node': [{ node: { labels: exclude } }, 'nodeLabeledExcludeBalancers'],
  'its address from an excluded node when that is to be ignored': [
    { node: { labels: exclude }, ignoresExcludeLabel: true },
    ['10.1.2.3/32 [  ] all'],
  ],
  'nothing with policy Local and no pod here': [{ policy: 'Local' }, 'noLocalEndpoints'],
  'its address with policy Local and a pod here': [{ policy: 'Local', endpoints: on('n1') }, ['10.1.2.3/32 [  ] all']],
  'nothing before the Node is known': [{ isNodeUnknown: true }, 'nodeUnknown'],
  'nothing with two values of localPref for one route': [
    { offers: [offer({ localPref: 1 }), offer({ localPref: 2 }, 'b')] },
    'conflictingLocalPref',
  ],
  'two values of localPref for different peers': [
    { offers: [offer({ localPref: 1, peers: ['a'] }), offer({ localPref: 2, peers: ['b'] })] },
    ['10.1.2.3/32 [1  ] a', '10.1.2.3/32 [2  ] b'],
  ],
  'two values of localPref for different prefixes': [
    { offers: [offer({ localPref: 1 }), offer({ localPref: 2, aggregationLength: 24 })] },
    ['10.1.2.3/32 [1  ] all', '10.1.2.0/24 [2  ] all'],
  ],
}

describe('a Service over BGP', () => {
  for (const [name, [setting, expected]] of Object.entries(decisions)) {
    it(`announces ${name}`, () => expect(decide(setting)).to.deep.equal(expected))
  }
})

const key = (name: string): NamespacedName => namespacedName({ metadata: { namespace: 'shop', name } })

function route(prefix: string, communities: readonly number[], localPref?: number, peers: readonly string[] = []): BgpRoute {
  const parsed = parsePrefix(prefix)
  if (!parsed.ok) throw new Error(parsed.error)
  const { family } = parsed.value.address
  return {
    family,
    nlri: prefix as BgpRoute['nlri'],
    prefix,
    attributes: routeAttributes(localPref, communities, []),
    peers: new Set(peers),
  }
}

const at = (prefix: string): { family: 'IPv4'; nlri: BgpRoute['nlri'] } => ({ family: 'IPv4', nlri: prefix as BgpRoute['nlri'] })

describe('the book of routes', () => {
  it('tells what has changed, and nothing for the same again', () => {
    const book = new RouteBook()
    expect(book.set(key('a'), [route('10.1.0.1/32', [1])])).to.have.length(1)
    expect(book.set(key('a'), [route('10.1.0.1/32', [1])])).to.deep.equal([])
    expect(book.set(key('a'), [route('10.1.0.2/32', [1])]).map(({ nlri }) => nlri)).to.deep.equal(['10.1.0.1/32', '10.1.0.2/32'])
    expect(book.attributesFor(at('10.1.0.1/32'), ['tor'])).to.equal(undefined)
    expect([...book.prefixes()].length).to.equal(1)
  })

  it('unites the communities of a prefix and keeps the localPref of the first Service by name', () => {
    const book = new RouteBook()
    book.set(key('b'), [route('10.1.0.0/24', [2], 20)])
    book.set(key('a'), [route('10.1.0.0/24', [1], 10)])
    expect(book.attributesFor(at('10.1.0.0/24'), ['tor'])?.key).to.equal('10 1,2 ')
    book.set(key('a'), [])
    expect(book.attributesFor(at('10.1.0.0/24'), ['tor'])?.key).to.equal('20 2 ')
  })

  it('gives a peer what names it, and what names nobody', () => {
    const book = new RouteBook()
    book.set(key('a'), [route('10.1.0.1/32', [1], undefined, ['tor'])])
    expect(book.attributesFor(at('10.1.0.1/32'), ['core'])).to.equal(undefined)
    expect(book.attributesFor(at('10.1.0.1/32'), ['core', 'tor'])?.key).to.equal(' 1 ')
  })

  it('says the same whatever the order in which Services came', () => {
    const services = fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), tag: fc.nat(5) }), {
      selector: ({ name }) => name,
    })
    fc.assert(
      fc.property(services, fc.nat(), (list, rotation) => {
        const turned = list.map((_, index) => list[(index + rotation) % list.length] ?? { name: 'a', tag: 0 })
        const keys = [list, turned].map((order) => {
          const book = new RouteBook()
          for (const { name, tag } of order) book.set(key(name), [route('10.1.0.0/24', [tag], tag)])
          return book.attributesFor(at('10.1.0.0/24'), ['tor'])?.key
        })
        expect(keys[0]).to.equal(keys[1])
      }),
    )
  })
})

function peer(name: string, spec: Partial<BGPPeerV1beta2['spec']> = {}): BgpPeer {
  const whole = { myASN: 65001, peerASN: 65002, peerAddress: '10.0.1.1', ...spec }
  const { peer: compiled } = compileBgpPeer({ apiVersion: 'metallb.io/v1beta2', kind: 'BGPPeer', metadata: { name }, spec: whole })
  if (compiled === undefined) throw new Error('the test is wrong')
  return compiled
}

function plan(
  peers: readonly BgpPeer[],
  change: Partial<SessionWorld> = {},
): { sessions: readonly string[]; waiting: readonly string[]; notes: readonly string[] } {
  const address = parseAddress('10.0.1.11')
  if (!address.ok) throw new Error(address.error)
  const { sessions, waiting, notes } = planSessions(peers, {
    self: viewNode({
      metadata: { name: 'n1', labels: { rack: 'a' } },
      status: { addresses: [{ type: 'InternalIP', address: '10.0.1.11' }] },
    }),
    locals: [{ address: address.value, prefixLength: 24, interface: 'eth0' }],
    secrets: new Map([['bgp/password', 'secret']]),
    nodeNumber: 77,
    ...change,
  })
  return {
    sessions: sessions.map(({ names, hops, source, password, settings }) =>
      [
        names.join('+'),
        hops,
        source === undefined ? 'any' : 'bound',
        password ?? 'open',
        settings.routerId.toString(16),
        settings.families.join('+'),
      ].join(' '),
    ),
    waiting: waiting.map(({ name, reason }) => `${name} ${reason}`),
    notes: notes.map(({ name, message }) => `${name} ${message.split(' ')[0] ?? ''}`),
  }
}

describe('the sessions of a node', () => {
  const rows: Readonly<Record<string, readonly [readonly BgpPeer[], readonly string[], (readonly string[])?, (readonly string[])?]>> = {
    'are one for each router': [[peer('tor')], ['tor 1 any open a00010b IPv4']],
    'carry both families when asked': [[peer('tor', { dualStackAddressFamily: true })], ['tor 1 any open a00010b IPv4+IPv6']],
    'may be many hops long within the AS': [[peer('tor', { peerASN: 65001 })], ['tor 255 any open a00010b IPv4']],
    'may be many hops long when asked': [
      [peer('tor', { ebgpMultiHop: true, peerAddress: '172.16.0.1' })],
      ['tor 255 any open a00010b IPv4'],
    ],
    'reach no router behind another unless asked': [[peer('tor', { peerAddress: '172.16.0.1' })], [], ['tor needsEbgpMultiHop']],
    'are not kept from other nodes': [[peer('tor', { nodeSelectors: [{ matchLabels: { rack: 'b' } }] })], []],
    'are protected by a Secret': [[peer('tor', { passwordSecret: { name: 'bgp' } })], ['tor 1 any secret a00010b IPv4']],
    'wait for their Secret': [[peer('tor', { passwordSecret: { name: 'none' } })], [], ['tor passwordMissing']],
    'wait for the key of their Secret': [[peer('tor', { passwordSecret: { name: 'bgp', key: 'md5' } })], [], ['tor passwordMissing']],
    'are one for two names of one router': [
      [peer('router-1'), peer('core-router-primary', { holdTime: '30s' })],
      ['core-router-primary+router-1 1 any open a00010b IPv4'],
      ['router-1 duplicate'],
    ],
    'are two for two ports': [
      [peer('a'), peer('b', { peerPort: 1179 })],
      ['a 1 any open a00010b IPv4', 'b 1 any open a00010b IPv4'],
    ],
    'begin at an address of this node': [[peer('tor', { sourceAddress: '10.0.1.11' })], ['tor 1 bound open a00010b IPv4']],
    'begin anywhere when the source is another node': [
      [peer('tor', { sourceAddress: '10.0.1.12' })],
      ['tor 1 any open a00010b IPv4'],
      [],
      ['tor sourceAddress'],
    ],
    'have the identifier of this node when the one written is another': [
      [peer('tor', { routerID: '10.0.1.12' })],
      ['tor 1 any open a00010b IPv4'],
      [],
      ['tor routerID'],
    ],
    'have the identifier that is written for nodes that are chosen': [
      [peer('tor', { routerID: '1.2.3.4', nodeSelectors: [{ matchLabels: { rack: 'a' } }] })],
      ['tor 1 any open 1020304 IPv4'],
    ],
    'do without BFD': [[peer('tor', { bfdProfile: 'fast' })], ['tor 1 any open a00010b IPv4'], [], ['tor BFD']],
    'do not know VRFs': [[peer('tor', { vrf: 'red' })], [], ['tor vrfNotSupported']],
  }
  for (const [name, [peers, sessions, waiting = [], notes = []]] of Object.entries(rows)) {
    it(name, () => expect(plan(peers)).to.deep.equal({ sessions, waiting, notes }))
  }

  it('have a number of their own where the node has no IPv4 address', () => {
    const self = viewNode({ metadata: { name: 'n1' }, status: { addresses: [{ type: 'InternalIP', address: 'fd00::1' }] } })
    expect(plan([peer('tor')], { self }).sessions).to.deep.equal(['tor 1 any open 4d IPv4'])
  })
})
