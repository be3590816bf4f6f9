// Whether anybody may announce a Service: what the configuration says must be what the speakers of all nodes come to.
import { createHash } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import type { Family } from '../../../core/address.ts'
import { type Announcers, Coverage } from '../../../core/announce/coverage.ts'
import { compileBgpAdvertisement } from '../../../core/config/bgp-advertisement.ts'
import { compileBgpPeer } from '../../../core/config/bgp-peer.ts'
import { compileL2Advertisement } from '../../../core/config/l2-advertisement.ts'
import type { Pool } from '../../../core/config/pool.ts'
import { compilePools } from '../../../core/config/pools.ts'
import { type NodeView, viewNode } from '../../../core/node.ts'
import { rangeContains } from '../../../core/range.ts'
import type { ServiceView } from '../../../core/service.ts'
import type { BGPAdvertisement, BGPPeerV1beta2, L2Advertisement } from '../../../schemas/generated/types.ts'
import type { LabelSelector } from '../../../schemas/object-meta.ts'
import { decideBgp, offerOf } from '../../../speaker/advertise/bgp.ts'
import { decide } from '../../../speaker/advertise/decide.ts'
import { planSessions } from '../../../speaker/advertise/sessions.ts'
import { poolObject, service } from './objects.ts'

const apiVersion = 'metallb.io/v1beta1'
const serving = [{ node: 'n1', canServe: true }]

const labels = fc.record({ app: fc.constantFrom('a', 'b') }, { requiredKeys: [] })
const selectors = (key: string, values: readonly string[]): fc.Arbitrary<readonly LabelSelector[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<readonly LabelSelector[]>([]) },
    fc.constantFrom(...values).map((value) => [{ matchLabels: { [key]: value } }]),
  )
const selection = {
  ipAddressPools: fc.subarray(['p0', 'p1']),
  nodeSelectors: selectors('rack', ['1', '2', '3']),
  serviceSelectors: selectors('app', ['a', 'b']),
}
const l2Adverts = fc.array(fc.record(selection), { maxLength: 2 })
const bgpAdverts = fc.array(
  fc.record({
    ...selection,
    serviceSelectors: fc.constant([]),
    peers: fc.subarray(['r0', 'r1']),
    localPref: fc.constantFrom(0, 100, 200),
    aggregationLength: fc.constantFrom(32, 24),
  }),
  { maxLength: 3 },
)
const peers = fc.array(
  fc.record(
    {
      nodeSelectors: selectors('rack', ['1', '2', '3']),
      isIPv6: fc.boolean(),
      dualStackAddressFamily: fc.boolean(),
      vrf: fc.constantFrom('', 'red'),
    },
    { requiredKeys: ['nodeSelectors', 'isIPv6', 'dualStackAddressFamily'] },
  ),
  { maxLength: 2 },
)
const nodes = fc.array(fc.record({ rack: fc.constantFrom('1', '2'), excluded: fc.boolean() }), { maxLength: 3 })

interface World extends Announcers {
  readonly pools: readonly Pool[]
  readonly nodes: readonly NodeView[]
}

const someWorld = fc
  .record({ l2Adverts, bgpAdverts, peers, nodes, ignoresExcludeLabel: fc.boolean() })
  .map(({ l2Adverts: l2, bgpAdverts: bgp, peers: routers, nodes: machines, ignoresExcludeLabel }): World => {
    const named = (prefix: string, index: number): { readonly name: string } => ({ name: `${prefix}${index}` })
    return {
      pools: compilePools([
        poolObject('p0', { addresses: ['10.0.0.0/24', 'fd00::/120'] }),
        poolObject('p1', { addresses: ['10.0.1.0/24', 'fd01::/120'] }),
      ]).pools,
      l2Adverts: l2.flatMap((spec, index) => {
        const object: L2Advertisement = { apiVersion, kind: 'L2Advertisement', metadata: named('l', index), spec }
        return compileL2Advertisement(object).advert ?? []
      }),
      bgpAdverts: bgp.flatMap((spec, index) => {
        const object: BGPAdvertisement = { apiVersion, kind: 'BGPAdvertisement', metadata: named('b', index), spec }
        return compileBgpAdvertisement(object, new Map()).advert ?? []
      }),
      peers: routers.flatMap(({ isIPv6, ...spec }, index) => {
        const object: BGPPeerV1beta2 = {
          apiVersion: 'metallb.io/v1beta2',
          kind: 'BGPPeer',
          metadata: named('r', index),
          spec: { myASN: 64500, peerASN: 64501, ebgpMultiHop: true, peerAddress: isIPv6 ? `fd99::${index}` : `10.9.9.${index}`, ...spec },
        }
        return compileBgpPeer(object).peer ?? []
      }),
      nodes: machines.map(({ rack, excluded }, index) =>
        viewNode({
          metadata: {
            name: `n${index}`,
            labels: { rack, ...(excluded ? { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } : {}) },
          },
          status: { conditions: [{ type: 'Ready', status: 'True' }] },
        }),
      ),
      ignoresExcludeLabel,
    }
  })

const balanced = fc
  .record({
    pool: fc.constantFrom(0, 1),
    families: fc.constantFrom<readonly Family[]>(['IPv4'], ['IPv6'], ['IPv4', 'IPv6']),
    labels,
    isShared: fc.boolean(),
  })
  .map(({ pool, families, labels: own, isShared }) => {
    const held = families.map((family) => (family === 'IPv4' ? `10.0.${pool}.7` : `fd0${pool}::7`))
    const annotations = isShared ? { 'metallb.io/allow-shared-ip': 'key' } : {}
    return service('shop/web', { labels: own, annotations, held })
  })

function layer2Announces(view: ServiceView, { pools, nodes: all, l2Adverts: adverts, ignoresExcludeLabel }: World): boolean {
  return all.some(({ name }) => {
    const decision = decide(view, serving, {
      node: name,
      nodes: new Map(all.map((node) => [node.name, node])),
      pools,
      adverts,
      ignoresExcludeLabel,
      canSpeakArp: true,
      sha256: (text) => createHash('sha256').update(text).digest(),
    })
    // The owner of addresses of a family that is not answered for yet.
    return decision.type === 'announce' || decision.reason === 'familyNotSupported'
  })
}

function bgpAnnounces(view: ServiceView, family: Family, world: World): boolean {
  const { pools, nodes: all, bgpAdverts: adverts, peers: routers, ignoresExcludeLabel } = world
  return all.some((self) => {
    const decision = decideBgp(view, serving, { self, pools, offers: adverts.map(offerOf), ignoresExcludeLabel })
    if (decision.type === 'withhold') return false
    const { sessions } = planSessions(routers, { self, locals: [], secrets: new Map(), nodeNumber: 1 })
    return sessions.some(
      ({ name, settings }) =>
        settings.families.includes(family) &&
        decision.routes.some((route) => route.family === family && (route.peers.size === 0 || route.peers.has(name))),
    )
  })
}

describe('the coverage of a Service', () => {
  it('is what the speakers of all nodes announce', () => {
    fc.assert(
      fc.property(someWorld, fc.array(balanced, { minLength: 1, maxLength: 4 }), (announcers, services) => {
        const coverage = new Coverage(announcers)
        for (const view of services) {
          const families = view.held.map(({ family }) => family)
          const pool = announcers.pools.find(({ ranges }) => view.held.some((each) => ranges.some((range) => rangeContains(range, each))))
          if (pool === undefined) throw new Error('the test is wrong')
          const said = coverage.announcedFamilies({ pool, families, sharingKey: view.sharingKey, labels: () => view.labels })
          const isOnLayer2 = layer2Announces(view, announcers)
          expect(said).to.deep.equal(families.filter((family) => isOnLayer2 || bgpAnnounces(view, family, announcers)))
        }
      }),
      { numRuns: 3000 },
    )
  })
})
