import { createHash } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { type EndpointView, viewEndpoints } from '../../../core/announce/endpoints.ts'
import { compileL2Advertisement } from '../../../core/config/l2-advertisement.ts'
import { compilePools } from '../../../core/config/pools.ts'
import { viewNode } from '../../../core/node.ts'
import type { EndpointSlice, Node, Service } from '../../../core/objects.ts'
import { viewService } from '../../../core/service.ts'
import type { IPAddressPool, L2Advertisement, L2AdvertisementSpec } from '../../../schemas/generated/types.ts'
import { type Decision, decide, type World } from '../../../speaker/advertise/decide.ts'

const apiVersion = 'metallb.io/v1beta1'

function pool(name: string, addresses: readonly string[], labels: Readonly<Record<string, string>> = {}): IPAddressPool {
  return { apiVersion, kind: 'IPAddressPool', metadata: { name, labels }, spec: { addresses } }
}

function advert(spec?: L2AdvertisementSpec, name = 'l2'): L2Advertisement {
  return { apiVersion, kind: 'L2Advertisement', metadata: { name }, ...(spec === undefined ? {} : { spec }) }
}

interface NodeTraits {
  readonly ready?: string
  readonly networkUnavailable?: string
  readonly labels?: Readonly<Record<string, string>>
}

function node(name: string, { ready = 'True', networkUnavailable = 'False', labels = {} }: NodeTraits = {}): Node {
  const conditions = [
    { type: 'Ready', status: ready },
    { type: 'NetworkUnavailable', status: networkUnavailable },
  ]
  return { metadata: { name, labels }, status: { conditions } }
}

interface ServiceTraits {
  readonly type?: string
  readonly loadBalancerClass?: string
  readonly ips?: readonly string[]
  readonly policy?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

function service(traits: ServiceTraits = {}): Service {
  const { type = 'LoadBalancer', ips = ['10.20.30.1'], policy = 'Cluster', labels = {}, annotations = {}, loadBalancerClass } = traits
  return {
    metadata: { namespace: 'shop', name: 'web', labels, annotations },
    spec: { type, externalTrafficPolicy: policy, ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }) },
    status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } },
  }
}

const on = (name: string, conditions = {}): EndpointView[] => [
  ...viewEndpoints({ metadata: {}, endpoints: [{ nodeName: name, conditions }] } satisfies EndpointSlice),
]

interface Setting {
  readonly self?: string
  readonly nodes?: readonly Node[]
  readonly pools?: readonly IPAddressPool[]
  readonly adverts?: readonly L2Advertisement[]
  readonly endpoints?: readonly EndpointView[]
  readonly ignoresExcludeLabel?: boolean
  readonly canSpeakArp?: boolean
}

function world(setting: Setting): World {
  const views = (setting.nodes ?? [node('iris1'), node('iris2')]).map(viewNode)
  return {
    node: setting.self ?? 'iris2',
    nodes: new Map(views.map((view) => [view.name, view])),
    pools: compilePools(setting.pools ?? [pool('lan', ['10.20.30.0/24', 'fd10::/120'])]).pools,
    adverts: (setting.adverts ?? [advert()]).flatMap((object) => compileL2Advertisement(object).advert ?? []),
    ignoresExcludeLabel: setting.ignoresExcludeLabel ?? false,
    canSpeakArp: setting.canSpeakArp ?? true,
    sha256: (text) => createHash('sha256').update(text).digest(),
  }
}

/** 10.20.30.1 belongs to iris2, 10.20.30.2 to iris1 (the worked vectors). */
function decided(object: Service | undefined, setting: Setting = {}): Decision {
  return decide(object && viewService(object), setting.endpoints ?? on('iris1'), world(setting))
}

const said = (decision: Decision): string =>
  decision.type === 'withhold'
    ? decision.reason
    : [...Map.groupBy(decision.answers, ({ interfaces }) => (interfaces === 'all' ? 'all' : [...interfaces].join(' ')))]
        .map(([interfaces, answers]) => `announce ${answers.map(({ address }) => address.toString(16)).join(' ')} on ${interfaces}`)
        .join(', ')

const all = 'announce a141e01 on all'
const selects = (labels: Readonly<Record<string, string>>): { readonly matchLabels: Readonly<Record<string, string>> } => ({
  matchLabels: labels,
})

describe('layer 2 decision', () => {
  const table: Readonly<Record<string, readonly [decision: Decision, expected: string]>> = {
    'the owner announces on every interface': [decided(service()), all],
    'the other node does not': [decided(service(), { self: 'iris1' }), 'notOwner'],
    'the next address has the other owner': [decided(service({ ips: ['10.20.30.2'] }), { self: 'iris1' }), 'announce a141e02 on all'],

    'a Service that is gone': [decided(undefined), 'serviceDeleted'],
    'a ClusterIP Service that kept its status': [decided(service({ type: 'ClusterIP' })), 'notLoadBalancer'],
    'a Service of another class': [decided(service({ loadBalancerClass: 'example.com/lb' })), 'notLoadBalancer'],
    'a Service of a class of ours': [decided(service({ loadBalancerClass: 'metallb.io/internal' })), all],
    'no address yet': [decided(service({ ips: [] })), 'noIPAllocated'],
    'an address that is none': [decided(service({ ips: ['10.20.30.256'] })), 'invalidIP'],
    'one good and one bad address': [decided(service({ ips: ['10.20.30.1', 'here'] })), 'invalidIP'],
    'an address of no pool': [decided(service({ ips: ['10.20.31.1'] })), 'ipNotAllowed'],
    'one address of a pool and one of none': [decided(service({ ips: ['10.20.30.1', '10.20.31.1'] })), 'ipNotAllowed'],
    'several addresses': [decided(service({ ips: ['10.20.30.1', '10.20.30.7', '10.20.30.5'] })), 'announce a141e01 a141e07 a141e05 on all'],
    'two addresses of two pools': [
      decided(service({ ips: ['10.20.30.1', 'fd20::1'] }), { pools: [pool('a', ['10.20.30.0/24']), pool('b', ['fd20::/120'])] }),
      all,
    ],
    'two pools, each on the interfaces of its own advertisement': [
      decided(service({ ips: ['10.20.30.1', '10.20.31.1'] }), {
        pools: [pool('a', ['10.20.30.0/24']), pool('b', ['10.20.31.0/24'])],
        adverts: [
          advert({ ipAddressPools: ['a'], interfaces: ['eth0'] }, 'a'),
          advert({ ipAddressPools: ['b'], interfaces: ['eth1'] }, 'b'),
        ],
      }),
      'announce a141e01 on eth0, announce a141f01 on eth1',
    ],
    'two pools, of which one has an advertisement': [
      decided(service({ ips: ['10.20.30.1', '10.20.31.1'] }), {
        pools: [pool('a', ['10.20.30.0/24']), pool('b', ['10.20.31.0/24'])],
        adverts: [advert({ ipAddressPools: ['b'] })],
      }),
      'announce a141f01 on all',
    ],
    'two pools whose advertisements are for different nodes': [
      decided(service({ ips: ['10.20.30.1', '10.20.31.1'] }), {
        self: 'iris1',
        nodes: [node('iris1', { labels: { rack: '1' } }), node('iris2')],
        pools: [pool('a', ['10.20.30.0/24']), pool('b', ['10.20.31.0/24'])],
        adverts: [advert({ ipAddressPools: ['a'] }, 'a'), advert({ ipAddressPools: ['b'], nodeSelectors: [selects({ rack: '1' })] }, 'b')],
      }),
      'announce a141f01 on all',
    ],

    'no endpoint': [decided(service(), { endpoints: [] }), 'noEndpoints'],
    'an endpoint that is not ready': [decided(service(), { endpoints: on('iris1', { ready: false }) }), 'noEndpoints'],
    'an endpoint that is ending but still serves': [decided(service(), { endpoints: on('iris1', { ready: false, serving: true }) }), all],
    'an endpoint of which nothing is known counts as ready': [decided(service(), { endpoints: on('iris1', {}) }), all],

    'no advertisement': [decided(service(), { adverts: [] }), 'noMatchingAdvertisement'],
    'an advertisement of another pool': [decided(service(), { adverts: [advert({ ipAddressPools: ['wan'] })] }), 'noMatchingAdvertisement'],
    'an advertisement of this pool by name': [decided(service(), { adverts: [advert({ ipAddressPools: ['lan'] })] }), all],
    'an advertisement of this pool by label': [
      decided(service(), {
        pools: [pool('lan', ['10.20.30.0/24'], { zone: 'a' })],
        adverts: [advert({ ipAddressPoolSelectors: [selects({ zone: 'a' })] })],
      }),
      all,
    ],
    'an advertisement for other Services': [
      decided(service(), { adverts: [advert({ serviceSelectors: [selects({ tier: 'gold' })] })] }),
      'noMatchingAdvertisement',
    ],
    'an advertisement for this Service': [
      decided(service({ labels: { tier: 'gold' } }), { adverts: [advert({ serviceSelectors: [selects({ tier: 'gold' })] })] }),
      all,
    ],
    'a shared address with an advertisement that chooses by Service': [
      decided(service({ labels: { tier: 'gold' }, annotations: { 'metallb.io/allow-shared-ip': 'k' } }), {
        adverts: [advert({ serviceSelectors: [selects({ tier: 'gold' })] })],
      }),
      'sharedIPWithServiceSelector',
    ],
    'a shared address otherwise': [decided(service({ annotations: { 'metallb.universe.tf/allow-shared-ip': 'k' } })), all],
    'an advertisement for other nodes': [
      decided(service(), { adverts: [advert({ nodeSelectors: [selects({ rack: '1' })] })] }),
      'noMatchingAdvertisement',
    ],
    'a node that no advertisement selects is no candidate': [
      decided(service(), {
        self: 'iris1',
        nodes: [node('iris1', { labels: { rack: '1' } }), node('iris2')],
        adverts: [advert({ nodeSelectors: [selects({ rack: '1' })] })],
      }),
      all,
    ],

    'the owner is not Ready: the other takes over': [
      decided(service(), { self: 'iris1', nodes: [node('iris1'), node('iris2', { ready: 'Unknown' })] }),
      all,
    ],
    'this node is not Ready': [decided(service(), { nodes: [node('iris1'), node('iris2', { ready: 'False' })] }), 'nodeNotReady'],
    'this node is not known': [decided(service(), { nodes: [node('iris1')] }), 'nodeNotReady'],
    'the network of this node is unavailable': [
      decided(service(), { nodes: [node('iris1'), node('iris2', { networkUnavailable: 'True' })] }),
      'nodeNetworkUnavailable',
    ],
    'the network of the owner is unavailable': [
      decided(service(), { self: 'iris1', nodes: [node('iris1'), node('iris2', { networkUnavailable: 'True' })] }),
      all,
    ],
    'this node is excluded by its label': [
      decided(service(), {
        nodes: [node('iris1'), node('iris2', { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } })],
      }),
      'nodeLabeledExcludeBalancers',
    ],
    'the label is ignored on request': [
      decided(service(), {
        ignoresExcludeLabel: true,
        nodes: [node('iris1'), node('iris2', { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } })],
      }),
      all,
    ],

    'externalTrafficPolicy Local without a pod here': [decided(service({ policy: 'Local' })), 'noLocalEndpoints'],
    'externalTrafficPolicy Local: the node with the pod owns it': [decided(service({ policy: 'Local' }), { self: 'iris1' }), all],
    'externalTrafficPolicy Local with pods on both': [
      decided(service({ policy: 'Local' }), { endpoints: [...on('iris1'), ...on('iris2')] }),
      all,
    ],
    'externalTrafficPolicy Local with a pod here that does not serve': [
      decided(service({ policy: 'Local' }), { endpoints: [...on('iris1'), ...on('iris2', { ready: false })] }),
      'noLocalEndpoints',
    ],

    'a preferred node beats the hash': [
      decided(service(), {
        self: 'iris1',
        nodes: [node('iris1', { labels: { rack: '1' } }), node('iris2')],
        adverts: [advert({ preferredNodeSelectors: [{ weight: 1, preference: selects({ rack: '1' }) }] })],
      }),
      all,
    ],
    'preferences add up over advertisements': [
      decided(service(), {
        nodes: [node('iris1', { labels: { rack: '1' } }), node('iris2', { labels: { rack: '2' } })],
        adverts: [
          advert({ preferredNodeSelectors: [{ weight: 50, preference: selects({ rack: '1' }) }] }, 'one'),
          advert({ preferredNodeSelectors: [{ weight: 30, preference: selects({ rack: '2' }) }] }, 'two'),
          advert({ preferredNodeSelectors: [{ weight: 30, preference: selects({ rack: '2' }) }] }, 'three'),
        ],
      }),
      all,
    ],
    'a preference counts only where its advertisement selects the node': [
      decided(service(), {
        nodes: [node('iris1', { labels: { rack: '1' } }), node('iris2', { labels: { rack: '2' } })],
        adverts: [
          advert(undefined, 'everywhere'),
          advert({ nodeSelectors: [selects({ rack: '2' })], preferredNodeSelectors: [{ weight: 9, preference: {} }] }, 'two'),
        ],
      }),
      all,
    ],

    'interfaces of the advertisements on this node': [
      decided(service(), {
        nodes: [node('iris1'), node('iris2', { labels: { rack: '2' } })],
        adverts: [
          advert({ interfaces: ['eth0'] }, 'one'),
          advert({ interfaces: ['eth0', 'eth1'], nodeSelectors: [selects({ rack: '2' })] }, 'two'),
          advert({ interfaces: ['eth9'], nodeSelectors: [selects({ rack: '9' })] }, 'three'),
        ],
      }),
      'announce a141e01 on eth0 eth1',
    ],
    'every interface when one advertisement names none': [
      decided(service(), { adverts: [advert({ interfaces: ['eth0'] }, 'one'), advert(undefined, 'two')] }),
      all,
    ],

    'the IPv4 address of two, elected by the first': [decided(service({ ips: ['10.20.30.1', 'fd10::1'] })), all],
    'IPv6 alone': [decided(service({ ips: ['fd10::1'] }), { nodes: [node('iris2')] }), 'familyNotSupported'],
    'packet sockets are not permitted': [decided(service(), { canSpeakArp: false }), 'packetSocketsNotPermitted'],
    'packet sockets are not permitted, and another node owns it anyway': [
      decided(service(), { canSpeakArp: false, self: 'iris1' }),
      'notOwner',
    ],
  }
  for (const [name, [decision, expected]] of Object.entries(table)) it(name, () => expect(said(decision)).to.equal(expected))

  it('names the addresses that nobody answers for', () => {
    const decision = decided(service({ ips: ['10.20.30.1', 'fd10::1'] }))
    expect(decision.type === 'announce' && decision.unanswered.map(({ family }) => family)).to.deep.equal(['IPv6'])
  })

  it('has exactly one owner as long as a candidate exists', () => {
    const names = ['iris1', 'iris2', 'iris3', 'iris4']
    const states = fc.tuple(...names.map(() => fc.constantFrom('True', 'False')))
    fc.assert(
      fc.property(states, fc.integer({ min: 0, max: 255 }), fc.constantFrom('Cluster', 'Local'), (ready, host, policy) => {
        const nodes = names.map((name, index) => node(name, { ready: ready[index] ?? 'False' }))
        const endpoints = [...on('iris1'), ...on('iris3')]
        const owners = names.filter(
          (self) => decided(service({ ips: [`10.20.30.${host}`], policy }), { self, nodes, endpoints }).type === 'announce',
        )
        const isCandidate = (_: string, index: number): boolean => ready[index] === 'True' && (policy === 'Cluster' || index % 2 === 0)
        expect(owners.length).to.equal(names.some(isCandidate) ? 1 : 0)
      }),
    )
  })
})

describe('endpoints', () => {
  it('are read from slices of any shape without a throw', () => {
    fc.assert(fc.property(fc.anything(), (value) => Array.isArray(viewEndpoints(value as EndpointSlice))))
    fc.assert(fc.property(fc.anything(), (value) => Array.isArray(viewEndpoints({ endpoints: [value] } as unknown as EndpointSlice))))
  })
})
