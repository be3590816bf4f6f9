// One test for each row of docs/adr/0016-quirks.md: where MetalLB has a quirk, and what we do instead, or likewise.
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { metrics } from '../../../controller/io/metrics.ts'
import { poolStatusOf } from '../../../controller/pool-status.ts'
import { createIpam } from '../../../core/ipam.ts'
import type { IPAddressPoolSpec } from '../../../schemas/generated/types.ts'
import { poolObject, pools, type ServiceOptions, serviceObject } from '../core/objects.ts'
import { missing, play, type Scenario, shown } from './scenario.ts'

const pool = (name: string, addresses: string, more: Partial<IPAddressPoolSpec> = {}) =>
  poolObject(name, { addresses: addresses.split(' '), ...more })
const lan = pool('lan', '10.0.0.1-10.0.0.9')
const both = pool('both', '10.0.0.1-10.0.0.9 fd00::1-fd00::9')
const dual = ['10.96.0.1', 'fd96::1']
const prefer: ServiceOptions = { clusterIPs: dual, spec: { ipFamilyPolicy: 'PreferDualStack' } }
const annotated = (name: string, text: string): ServiceOptions => ({ annotations: { [`metallb.io/${name}`]: text } })
const ours = { 'metallb.io/ip-allocated-from-pool': 'lan' }

const scenarios: Readonly<Record<string, Scenario>> = {
  'an empty annotation hides nothing under the old prefix': {
    acts: [
      { pools: [lan] },
      {
        service: 'shop/web',
        options: { annotations: { 'metallb.io/loadBalancerIPs': '', 'metallb.universe.tf/loadBalancerIPs': '10.0.0.5' } },
      },
    ],
    held: { 'shop/web': '10.0.0.5 @lan' },
  },
  'a second address needs two cluster IPs': {
    acts: [
      { pools: [both] },
      { service: 'shop/web', options: { ...prefer, clusterIPs: ['10.96.0.1'] } },
      { restart: true },
      { service: 'shop/web', options: { ...prefer, clusterIPs: ['10.96.0.1'], labels: { changed: 'yes' } } },
    ],
    held: { 'shop/web': '10.0.0.1 @both' },
  },
  'no write is a no-op': {
    acts: [
      { pools: [lan] },
      { service: 'shop/web', options: { held: ['10.0.0.3'], annotations: ours } },
      { restart: true },
      { service: 'shop/web', options: { labels: { changed: 'yes' } } },
    ],
    held: { 'shop/web': '10.0.0.3 @lan' },
  },
  'selectors that match no namespace open a pool to nobody': {
    acts: [
      { pools: [pool('gold', '10.1.0.1/32', { serviceAllocation: { namespaceSelectors: [{ matchLabels: { tier: 'gold' } }] } })] },
      { service: 'shop/named', options: annotated('address-pool', 'gold') },
      { service: 'shop/asking', options: annotated('loadBalancerIPs', '10.1.0.1') },
    ],
    held: { 'shop/named': '', 'shop/asking': '' },
    events: [/^Warning AllocationFailed shop\/named: .*pool "gold" does not serve namespace "shop"/],
  },
  'the higher priority comes first, unless told otherwise': {
    acts: [
      {
        pools: [
          pool('backup', '10.1.0.1/32', { serviceAllocation: { priority: 50 } }),
          pool('primary', '10.2.0.1/32', { serviceAllocation: { priority: 100 } }),
          pool('unset', '10.3.0.1/32', { serviceAllocation: {} }),
        ],
      },
      { service: 'shop/a' },
      { service: 'shop/b' },
      { service: 'shop/c' },
    ],
    held: { 'shop/a': '10.2.0.1 @primary', 'shop/b': '10.1.0.1 @backup', 'shop/c': '10.3.0.1 @unset' },
  },
  'equal pools are tried by name': {
    acts: [{ pools: [pool('b', '10.2.0.1/32'), pool('a', '10.1.0.1/32')] }, { service: 'shop/one' }, { service: 'shop/two' }],
    held: { 'shop/one': '10.1.0.1 @a', 'shop/two': '10.2.0.1 @b' },
  },
  'who is named overrides serviceSelectors, never namespaces': {
    acts: [
      {
        pools: [
          pool('labels', '10.1.0.1/32', { serviceAllocation: { serviceSelectors: [{ matchLabels: { app: 'a' } }] } }),
          pool('team', '10.2.0.1/32', { serviceAllocation: { namespaces: ['bank'] } }),
        ],
      },
      { service: 'shop/labels', options: annotated('address-pool', 'labels') },
      { service: 'shop/team', options: annotated('address-pool', 'team') },
    ],
    held: { 'shop/labels': '10.1.0.1 @labels', 'shop/team': '' },
  },
  'a Service that nobody could serve is served at once when it can be': {
    acts: [{ service: 'shop/web' }, { pools: [pool('z', '192.0.2.1/32', { autoAssign: false })] }, { pools: [lan] }],
    held: { 'shop/web': '10.0.0.1 @lan' },
    events: [
      /^Warning AllocationFailed .*there is no IPAddressPool/,
      /^Warning AllocationFailed .*autoAssign: false/,
      /^Normal IPAllocated/,
    ],
  },
  'after a restart the oldest keeps a double address': {
    acts: [
      { pools: [lan] },
      { service: 'shop/old', options: { held: ['10.0.0.1'], annotations: ours, createdAt: '2025-01-01T00:00:00Z' } },
      { service: 'shop/young', options: { annotations: { ...ours } } },
      { service: 'shop/young', options: { held: ['10.0.0.1'], annotations: ours } },
      { restart: true },
    ],
    held: { 'shop/old': '10.0.0.1 @lan', 'shop/young': '10.0.0.2 @lan' },
  },
  'without pools only what carries our annotation is cleared': {
    acts: [
      { pools: [lan] },
      { service: 'shop/ours' },
      { service: 'shop/cloud', options: { spec: { loadBalancerClass: 'example.com/cloud' }, held: ['192.0.2.7'] } },
      { pools: [] },
      { service: 'shop/other', options: { held: ['192.0.2.8'] } },
    ],
    held: { 'shop/ours': '', 'shop/cloud': '192.0.2.7', 'shop/other': '192.0.2.8' },
  },
  'a request that cannot be read changes nothing that a Service has': {
    acts: [
      { pools: [lan, pool('other', '10.9.0.1/32')] },
      { service: 'shop/web' },
      { service: 'shop/web', options: annotated('loadBalancerIPs', 'nonsense') },
      { service: 'shop/tls' },
      { service: 'shop/tls', options: { annotations: { 'metallb.io/loadBalancerIPs': 'nonsense', 'metallb.io/address-pool': 'other' } } },
    ],
    held: { 'shop/web': '10.0.0.1 @lan', 'shop/tls': '10.0.0.2 @lan' },
    events: [/^Normal IPAllocated/, /^Warning LoadBalancerFailed/],
  },
  'a request that is withdrawn leaves the address': {
    acts: [{ pools: [lan] }, { service: 'shop/web', options: annotated('loadBalancerIPs', '10.0.0.7') }, { service: 'shop/web' }],
    held: { 'shop/web': '10.0.0.7 @lan' },
  },
  'who asks for addresses asks for each of its families': {
    acts: [{ pools: [both] }, { service: 'shop/web', options: { ...prefer, ...annotated('loadBalancerIPs', '10.0.0.7') } }],
    held: { 'shop/web': '' },
    events: [/^Warning AllocationFailed .*asks for IPv4 but its cluster IPs are IPv4 and IPv6/],
  },
  'pools that overlap freeze the younger, and nothing else': {
    acts: [
      { pools: [pool('old', '10.0.0.1-10.0.0.2')] },
      {
        pools: [
          pool('old', '10.0.0.1-10.0.0.2'),
          poolObject('young', { addresses: ['10.0.0.2-10.0.0.3'] }, { creationTimestamp: '2026-02-01T00:00:00Z' }),
        ],
      },
      { service: 'shop/a' },
      { service: 'shop/b' },
      { service: 'shop/c' },
    ],
    held: { 'shop/a': '10.0.0.1 @old', 'shop/b': '10.0.0.2 @old', 'shop/c': '' },
  },
  'a Service on both halves of a split pool keeps both': {
    acts: [
      { pools: [both] },
      { service: 'shop/web', options: { clusterIPs: dual } },
      { pools: [pool('four', '10.0.0.1-10.0.0.9'), pool('six', 'fd00::1-fd00::9')] },
    ],
    held: { 'shop/web': '10.0.0.1 fd00::1 @four,six' },
  },
  'a pool that loses a family takes the address that is gone, not the other': {
    acts: [{ pools: [both] }, { service: 'shop/web', options: prefer }, { pools: [pool('both', '10.0.0.1-10.0.0.9')] }],
    held: { 'shop/web': '10.0.0.1 @both' },
    events: [/^Normal IPAllocated/, /^Normal ClearAssignment .*loses fd00::1:/, /^Normal AdditionalAssignFailed/],
  },
  'a Node keeps its own address': {
    acts: [
      { nodes: ['10.0.0.1'] },
      { pools: [lan] },
      { service: 'shop/web' },
      { service: 'shop/ask', options: annotated('loadBalancerIPs', '10.0.0.1') },
    ],
    held: { 'shop/web': '10.0.0.2 @lan', 'shop/ask': '' },
  },
  'every metallb.io class is ours': {
    acts: [
      { pools: [lan] },
      { service: 'shop/in', options: { spec: { loadBalancerClass: 'metallb.io/internal' } } },
      { service: 'shop/no', options: { spec: { loadBalancerClass: 'example.com/lb' } } },
    ],
    held: { 'shop/in': '10.0.0.1 @lan', 'shop/no': '' },
  },
}

const others: Readonly<Record<string, () => void | Promise<void>>> = {
  'capacities are exact up to int64, and never overflow'() {
    const shownOf = (addresses: string): string => {
      const usage = createIpam(pools({ a: addresses }), { poolPriority: 'highest', reserved: [] }).usage('a')
      return usage === undefined ? '' : String(poolStatusOf(usage).availableIPv6)
    }
    expect(shownOf('fd00::/66')).to.equal(String(2n ** 62n))
    expect(shownOf('fd00::/64')).to.equal(String(2n ** 63n - 1n))
    expect(shownOf('fd00::/64 fd01::/64 fd02::/32')).to.equal(String(2n ** 63n - 1n))
  },
  async 'no metric is registered that nobody sets'() {
    expect(await metrics.registry.metrics()).not.to.include('metallb_allocator_services_allocated_total')
  },
}

describe('A quirk of MetalLB:', () => {
  for (const [title, { acts, held, events = [] }] of Object.entries(scenarios)) {
    it(title, () => {
      const cluster = play({ acts })
      expect(shown(cluster, Object.keys(held))).to.deep.equal(held)
      expect(missing(cluster, events), cluster.events.join('\n')).to.deep.equal([])
      const writes = cluster.writes
      for (const key of cluster.services.keys()) cluster.look(key)
      expect(cluster.writes, 'whoever looks again writes nothing').to.equal(writes)
    })
  }
  for (const [title, check] of Object.entries(others)) it(title, check)

  it('has a row in the decision record, and each row that names no other test has one here', () => {
    const text = readFileSync(new URL('../../../docs/adr/0016-quirks.md', import.meta.url), 'utf8')
    const rows = text.split('\n').filter((line) => /^\| .* \| (?:keep|fix|wider) \|/.test(line))
    const proofs = rows.map((row) => row.split(' | ').at(-1)?.replace(/ \|$/, '') ?? '')
    const here = [...Object.keys(scenarios), ...Object.keys(others)]
    expect(proofs.filter((proof) => !proof.startsWith('`test/')).toSorted((a, b) => a.localeCompare(b))).to.deep.equal(
      here.toSorted((a, b) => a.localeCompare(b)),
    )
  })

  it('writes ipMode itself, so that the API server fills in nothing', () => {
    const cluster = play({ acts: [{ pools: [lan] }, { service: 'shop/web' }] })
    expect(cluster.services.get('shop/web')?.status?.loadBalancer?.ingress).to.deep.equal([{ ip: '10.0.0.1', ipMode: 'VIP' }])
    expect(serviceObject('shop/web').status).to.deep.equal({ loadBalancer: {} })
  })
})
