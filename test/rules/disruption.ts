import type { Fields } from '../../core/shape.ts'
import { holder, named, nodeWith, own, poolWith, type RuleCase, type RuleTable } from './table.ts'

const lan = { lan: '10.0.0.0/28' }
const pool = (addresses: readonly string[], spec: Fields = {}, metadata: Fields = {}): Fields =>
  poolWith('lan', { addresses, ...spec }, metadata)
const now = pool(['10.0.0.0/28'])
const allowed = { annotations: { 'metallb.io/allow-disruption': 'true' } }
const going = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }

const howPool = 'or accept it: run "kubectl annotate ipaddresspool lan -n metallb-system metallb.io/allow-disruption=true" and try again'
const nodes = [nodeWith('n1', '10.0.9.1', { rack: '1' }), nodeWith('n2', '10.0.9.2', { rack: '2' })]
const web = holder('shop/web', '10.0.0.1', { labels: { app: 'web' } })

const l2 = (name: string, spec: Fields = {}, metadata: Fields = {}): Fields => own('L2Advertisement', name, spec, metadata)
const bgp = (name: string, spec: Fields = {}): Fields => own('BGPAdvertisement', name, spec)
const router = (name: string, spec: Fields = {}): Fields =>
  own('BGPPeer', name, { myASN: 64500, peerASN: 64512, peerAddress: '10.0.9.9', ...spec })
const community = own('Community', 'names', { communities: [{ name: 'blackhole', value: '65535:666' }] })

/** One Service of one pool, announced by what the case says. */
const announced = (surroundings: Partial<RuleCase>): RuleCase => ({
  pools: lan,
  services: [web],
  nodes,
  l2Advertisements: [],
  ...surroundings,
})

const unannounced = (subject: string, kind: string, name: string): string =>
  `${subject} would leave 1 live Service without an announcement: shop/web (10.0.0.1); let another advertisement or peer announce it first, or accept it: run "kubectl annotate ${kind} ${name} -n metallb-system metallb.io/allow-disruption=true" and try again`

const addresses: RuleTable['cases'] = {
  'refuses to delete a pool that Services live on': {
    pools: lan,
    services: [holder('shop/web', '10.0.0.1'), holder('bank/vault', '10.0.0.2')],
    old: now,
    refused: `metadata.name: deleting IPAddressPool "lan" would cost 2 live Services their addresses: bank/vault (10.0.0.2), shop/web (10.0.0.1); move them to other addresses first, ${howPool}`,
  },
  'refuses to take an address out of a pool': {
    pools: lan,
    services: [holder('shop/web', '10.0.0.1'), holder('bank/vault', '10.0.0.9')],
    old: now,
    object: pool(['10.0.0.0/29']),
    refused: `spec.addresses: this change would cost 1 live Service its address: bank/vault (10.0.0.9); move it to another address first, ${howPool}`,
  },
  'lists the first ten and counts all': {
    pools: lan,
    services: 'abcdefghijkl'
      .split('')
      .map((name, index) => holder(`shop/${name}`, `10.0.0.${index}`))
      .toReversed(),
    old: now,
    object: pool(['10.0.0.15/32']),
    refused: `spec.addresses: this change would cost 12 live Services their addresses: shop/a (10.0.0.0), shop/b (10.0.0.1), shop/c (10.0.0.2), shop/d (10.0.0.3), shop/e (10.0.0.4), shop/f (10.0.0.5), shop/g (10.0.0.6), shop/h (10.0.0.7), shop/i (10.0.0.8), shop/j (10.0.0.9) and 2 more; move them to other addresses first, ${howPool}`,
  },
  'names both addresses of a Service that loses one of them': {
    pools: { lan: '10.0.0.0/28 fd00::/120' },
    services: [holder('shop/web', '10.0.0.1,fd00::1', { clusterIPs: ['10.96.0.1', 'fd96::1'] })],
    old: pool(['10.0.0.0/28', 'fd00::/120']),
    object: pool(['10.0.0.0/28']),
    refused: `spec.addresses: this change would cost 1 live Service its address: shop/web (10.0.0.1, fd00::1); move it to another address first, ${howPool}`,
  },
  'refuses to shut out a namespace that has addresses': {
    pools: lan,
    services: [holder('shop/web', '10.0.0.1')],
    old: now,
    object: pool(['10.0.0.0/28'], { serviceAllocation: { namespaces: ['bank'] } }),
    refused: `spec.serviceAllocation: this change would cost 1 live Service its address: shop/web (10.0.0.1); move it to another address first, ${howPool}`,
  },
  'refuses to avoid an address that is in use': {
    pools: lan,
    services: [holder('shop/web', '10.0.0.0')],
    old: now,
    object: pool(['10.0.0.0/28'], { avoidBuggyIPs: true }),
    refused: `spec.avoidBuggyIPs: this change would cost 1 live Service its address: shop/web (10.0.0.0); move it to another address first, ${howPool}`,
  },
  'refuses a selector that leaves out a Service, unless that names the pool': {
    pools: lan,
    services: [
      holder('shop/web', '10.0.0.1'),
      holder('shop/named', '10.0.0.2', { annotations: named('lan') }),
      holder('shop/chosen', '10.0.0.3', { labels: { tier: 'gold' } }),
    ],
    old: now,
    object: pool(['10.0.0.0/28'], { serviceAllocation: { serviceSelectors: [{ matchLabels: { tier: 'gold' } }] } }),
    refused: `spec.serviceAllocation: this change would cost 1 live Service its address: shop/web (10.0.0.1); move it to another address first, ${howPool}`,
  },
  'says what a pool does that may': {
    pools: { lan: { addresses: ['10.0.0.0/28'] } },
    services: [holder('shop/web', '10.0.0.1')],
    old: pool(['10.0.0.0/28'], {}, allowed),
    warned: 'metadata.name: deleting IPAddressPool "lan" will cost 1 live Service its address: shop/web (10.0.0.1)',
  },
  'says what a change does that brings the permission with it': {
    pools: lan,
    services: [holder('shop/web', '10.0.0.9')],
    old: now,
    object: pool(['10.0.0.0/29'], {}, allowed),
    warned: 'spec.addresses: this change will cost 1 live Service its address: shop/web (10.0.0.9)',
  },
  'is silent when a pool grows': { pools: lan, services: [web], old: now, object: pool(['10.0.0.0/28', '10.0.1.0/28']) },
  'is silent when a pool is written in another way': {
    pools: lan,
    services: [web],
    old: now,
    object: pool(['10.0.0.8-10.0.0.15', '10.0.0.0-10.0.0.7']),
  },
  'is silent when a pool hands out nothing more': {
    pools: lan,
    services: [web],
    old: now,
    object: pool(['10.0.0.0/28'], { autoAssign: false }),
  },
  'is silent about free addresses': { pools: lan, services: [web], old: now, object: pool(['10.0.0.1/32']) },
  'is silent when another pool has the address too': {
    pools: { lan: '10.0.0.0/28', wide: '10.0.0.0/24' },
    services: [web],
    old: now,
  },
  'speaks when the Service names the pool that goes': {
    pools: { lan: '10.0.0.0/28', wide: '10.0.0.0/24' },
    services: [holder('shop/web', '10.0.0.1', { annotations: named('lan') })],
    old: now,
    refused: `metadata.name: deleting IPAddressPool "lan" would cost 1 live Service its address: shop/web (10.0.0.1); move it to another address first, ${howPool}`,
  },
  'is silent about Services that are being deleted, alone or with their Namespace': {
    pools: lan,
    namespaces: { shop: going.metadata },
    services: [web, { ...holder('bank/vault', '10.0.0.2'), metadata: { ...holder('bank/vault', '').metadata, ...going.metadata } }],
    old: now,
  },
  'is silent while all of MetalLB goes': {
    namespaces: { 'metallb-system': going.metadata },
    pools: lan,
    services: [web],
    old: now,
  },
  'is silent about what is deleted already': { pools: lan, services: [web], old: pool(['10.0.0.0/28'], {}, going.metadata) },
  'is silent about annotations': { pools: lan, services: [web], old: now, object: pool(['10.0.0.0/28'], {}, allowed) },
}

const announcements: RuleTable['cases'] = {
  'refuses to delete the last advertisement of a Service': announced({
    l2Advertisements: [l2('all')],
    old: l2('all'),
    refused: `metadata.name: ${unannounced('deleting L2Advertisement "all"', 'l2advertisement', 'all')}`,
  }),
  'is silent when another advertisement is there': announced({ l2Advertisements: [l2('all'), l2('more')], old: l2('all') }),
  'is silent when BGP is there': announced({
    l2Advertisements: [l2('all')],
    bgpAdvertisements: [bgp('all')],
    peers: [router('r1')],
    old: l2('all'),
  }),
  'refuses to select other pools': announced({
    l2Advertisements: [l2('all')],
    old: l2('all'),
    object: l2('all', { ipAddressPools: ['other'] }),
    refused: `spec.ipAddressPools: ${unannounced('this change', 'l2advertisement', 'all')}`,
  }),
  'refuses to select no Node': announced({
    l2Advertisements: [l2('all')],
    old: l2('all'),
    object: l2('all', { nodeSelectors: [{ matchLabels: { rack: '3' } }] }),
    refused: `spec.nodeSelectors: ${unannounced('this change', 'l2advertisement', 'all')}`,
  }),
  'is silent when fewer Nodes are left': announced({
    l2Advertisements: [l2('all')],
    old: l2('all'),
    object: l2('all', { nodeSelectors: [{ matchLabels: { rack: '2' } }] }),
  }),
  'refuses to select other Services': announced({
    l2Advertisements: [l2('all')],
    old: l2('all'),
    object: l2('all', { serviceSelectors: [{ matchLabels: { app: 'db' } }] }),
    refused: `spec.serviceSelectors: ${unannounced('this change', 'l2advertisement', 'all')}`,
  }),
  'refuses to take the label by which a pool is selected': announced({
    pools: { lan: { addresses: ['10.0.0.0/28'] } },
    l2Advertisements: [l2('all', { ipAddressPoolSelectors: [{ matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }] }] })],
    old: now,
    object: pool(['10.0.0.0/28'], {}, { labels: { zone: 'x' } }),
    refused: `metadata.labels: ${unannounced('this change', 'ipaddresspool', 'lan')}`,
  }),
  'is silent when nothing was announced before': announced({ bgpAdvertisements: [bgp('all')], old: bgp('all') }),
  'refuses to delete the last peer': announced({
    bgpAdvertisements: [bgp('all', { peers: ['r1'] })],
    peers: [router('r1'), router('r2', { peerAddress: '10.0.9.8' })],
    old: router('r1'),
    refused: `metadata.name: ${unannounced('deleting BGPPeer "r1"', 'bgppeer', 'r1')}`,
  }),
  'is silent when another peer is left': announced({
    bgpAdvertisements: [bgp('all')],
    peers: [router('r1'), router('r2', { peerAddress: '10.0.9.8' })],
    old: router('r1'),
  }),
  'refuses to keep the last peer from the Nodes that advertise': announced({
    bgpAdvertisements: [bgp('all', { nodeSelectors: [{ matchLabels: { rack: '1' } }] })],
    peers: [router('r1')],
    old: router('r1'),
    object: router('r1', { nodeSelectors: [{ matchLabels: { rack: '2' } }] }),
    refused: `spec.nodeSelectors: ${unannounced('this change', 'bgppeer', 'r1')}`,
  }),
  'refuses to delete the name of a community that an advertisement uses': announced({
    bgpAdvertisements: [bgp('all', { communities: ['blackhole'] })],
    peers: [router('r1')],
    communities: [community],
    old: community,
    refused: `metadata.name: ${unannounced('deleting Community "names"', 'community', 'names')}`,
  }),
  'refuses a localPref that contradicts another advertisement': announced({
    bgpAdvertisements: [bgp('a', { localPref: 100 }), bgp('b', { localPref: 100 })],
    peers: [router('r1')],
    old: bgp('b', { localPref: 100 }),
    object: bgp('b', { localPref: 200 }),
    refused: `spec.localPref: ${unannounced('this change', 'bgpadvertisement', 'b')}`,
  }),
  'names the family that is lost': announced({
    pools: { lan: '10.0.0.0/28 fd00::/120' },
    services: [holder('shop/web', '10.0.0.1,fd00::1', { clusterIPs: ['10.96.0.1', 'fd96::1'] })],
    bgpAdvertisements: [bgp('all')],
    peers: [router('r1', { dualStackAddressFamily: true })],
    old: router('r1', { dualStackAddressFamily: true }),
    object: router('r1'),
    refused: `spec.dualStackAddressFamily: ${unannounced('this change', 'bgppeer', 'r1').replace('10.0.0.1', 'fd00::1')}`,
  }),
  'says what an advertisement does that may': announced({
    l2Advertisements: [l2('all')],
    old: l2('all', {}, allowed),
    warned: 'metadata.name: deleting L2Advertisement "all" will leave 1 live Service without an announcement: shop/web (10.0.0.1)',
  }),
}

export const table: RuleTable = { code: 'Disruption', cases: { ...addresses, ...announcements } }
