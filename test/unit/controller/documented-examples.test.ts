// What MetalLB's documentation shows its users, with addresses of its own kind: objects in, statuses out.
import { expect } from 'chai'
import type { IPAddressPoolSpec } from '../../../schemas/generated/types.ts'
import { poolObject, type ServiceOptions } from '../core/objects.ts'
import { missing, play, type Scenario, shown } from './scenario.ts'

const pool = (name: string, addresses: string, more: Partial<IPAddressPoolSpec> = {}) =>
  poolObject(name, { addresses: addresses.split(' '), ...more })
const dual = ['10.96.0.1', 'fd96::1']
const policy = (ipFamilyPolicy: string, clusterIPs: readonly string[] = dual): ServiceOptions => ({ clusterIPs, spec: { ipFamilyPolicy } })
const named = (name: string): ServiceOptions => ({ annotations: { 'metallb.io/address-pool': name } })
const asking = (text: string): ServiceOptions => ({ annotations: { 'metallb.io/loadBalancerIPs': text } })
const sharing = (key: string, port: number, protocol: string, more: ServiceOptions['spec'] = {}): ServiceOptions => ({
  annotations: { 'metallb.io/allow-shared-ip': key },
  spec: { ports: [{ port, protocol }], ...more },
})

const cheap = pool('cheap', '192.168.10.0/24')
const expensive = pool('expensive', '42.176.25.64/30', { autoAssign: false })
const both = pool('both', '192.168.1.10-192.168.1.20 fc00:f853:ccd::/124')
const pinned = poolObject('pinned', {
  addresses: ['192.168.20.0/24'],
  avoidBuggyIPs: true,
  serviceAllocation: {
    priority: 50,
    namespaces: ['namespace-a', 'namespace-b'],
    namespaceSelectors: [{ matchLabels: { foo: 'bar' } }],
    serviceSelectors: [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['bar'] }] }],
  },
})
const bar: ServiceOptions = { labels: { app: 'bar' } }

const examples: Readonly<Record<string, Scenario>> = {
  'a pool of a range and of both families serves a plain Service': {
    acts: [{ pools: [both] }, { service: 'shop/nginx' }],
    held: { 'shop/nginx': '192.168.1.10 @both' },
    events: [/^Normal IPAllocated shop\/nginx: Assigned IP 192\.168\.1\.10 from pool "both"/],
  },
  'a specific address by annotation': {
    acts: [{ pools: [cheap] }, { service: 'shop/nginx', options: asking('192.168.10.100') }],
    held: { 'shop/nginx': '192.168.10.100 @cheap' },
  },
  'a specific address by spec.loadBalancerIP': {
    acts: [{ pools: [cheap] }, { service: 'shop/nginx', options: { spec: { loadBalancerIP: '192.168.10.100' } } }],
    held: { 'shop/nginx': '192.168.10.100 @cheap' },
  },
  'a specific address by the deprecated prefix': {
    acts: [
      { pools: [cheap] },
      { service: 'shop/nginx', options: { annotations: { 'metallb.universe.tf/loadBalancerIPs': '192.168.10.100' } } },
    ],
    held: { 'shop/nginx': '192.168.10.100 @cheap' },
    events: [/^Normal IPAllocated/, /^Warning deprecatedAnnotation/],
  },
  'an annotation and spec.loadBalancerIP at once are refused': {
    acts: [
      { pools: [cheap] },
      { service: 'shop/nginx', options: { ...asking('192.168.10.100'), spec: { loadBalancerIP: '192.168.10.101' } } },
    ],
    held: { 'shop/nginx': '' },
    events: [/^Warning LoadBalancerFailed/],
  },
  'a specific address of each family, in any order': {
    acts: [
      { pools: [both] },
      { service: 'shop/nginx', options: { ...policy('RequireDualStack'), ...asking('fc00:f853:ccd::5, 192.168.1.15') } },
    ],
    held: { 'shop/nginx': '192.168.1.15 fc00:f853:ccd::5 @both' },
  },
  'a specific pool': {
    acts: [
      { pools: [cheap, pool('production-public-ips', '42.176.25.64/30')] },
      { service: 'shop/nginx', options: named('production-public-ips') },
    ],
    held: { 'shop/nginx': '42.176.25.64 @production-public-ips' },
  },
  'a pool without autoAssign serves only who names it, or an address of it': {
    acts: [
      { pools: [cheap, expensive] },
      { service: 'shop/plain' },
      { service: 'shop/named', options: named('expensive') },
      { service: 'shop/asking', options: asking('42.176.25.66') },
    ],
    held: { 'shop/plain': '192.168.10.0 @cheap', 'shop/named': '42.176.25.64 @expensive', 'shop/asking': '42.176.25.66 @expensive' },
  },
  'avoidBuggyIPs leaves out .0 and .255': {
    acts: [
      { pools: [pool('a', '192.168.10.254-192.168.11.1', { avoidBuggyIPs: true })] },
      { service: 'shop/a' },
      { service: 'shop/b' },
      { service: 'shop/c' },
    ],
    held: { 'shop/a': '192.168.10.254 @a', 'shop/b': '192.168.11.1 @a', 'shop/c': '' },
    events: [/^Warning AllocationFailed shop\/c: .*no available IPs/],
  },
  'a pool pinned to namespaces and labels': {
    acts: [
      { pools: [cheap, pinned] },
      { namespace: 'namespace-c', labels: { foo: 'bar' } },
      { service: 'namespace-a/bar', options: bar },
      { service: 'namespace-a/other' },
      { service: 'namespace-c/bar', options: bar },
      { service: 'namespace-d/bar', options: bar },
    ],
    held: {
      'namespace-a/bar': '192.168.20.1 @pinned',
      'namespace-a/other': '192.168.10.0 @cheap',
      'namespace-c/bar': '192.168.20.2 @pinned',
      'namespace-d/bar': '192.168.10.1 @cheap',
    },
  },
  'TCP and UDP of one DNS server on one address': {
    acts: [
      { pools: [pool('a', '1.2.3.0/28')] },
      { service: 'shop/tcp', options: { ...sharing('key-to-share-1.2.3.4', 53, 'TCP', { loadBalancerIP: '1.2.3.4' }) } },
      { service: 'shop/udp', options: { ...sharing('key-to-share-1.2.3.4', 53, 'UDP', { loadBalancerIP: '1.2.3.4' }) } },
    ],
    held: { 'shop/tcp': '1.2.3.4 @a', 'shop/udp': '1.2.3.4 @a' },
  },
  'two Services of one key share without naming the address': {
    acts: [
      { pools: [pool('a', '1.2.3.0/28')] },
      { service: 'shop/web', options: sharing('k', 80, 'TCP') },
      { service: 'shop/tls', options: sharing('k', 443, 'TCP') },
      { service: 'shop/sctp', options: sharing('k', 443, 'SCTP') },
    ],
    held: { 'shop/web': '1.2.3.0 @a', 'shop/tls': '1.2.3.0 @a', 'shop/sctp': '1.2.3.0 @a' },
  },
  'policy Local shares only in front of the same pods': {
    acts: [
      { pools: [pool('a', '1.2.3.0/28')] },
      { service: 'shop/web', options: sharing('k', 80, 'TCP', { externalTrafficPolicy: 'Local', selector: { app: 'a' } }) },
      { service: 'shop/same', options: sharing('k', 443, 'TCP', { externalTrafficPolicy: 'Local', selector: { app: 'a' } }) },
      { service: 'shop/other', options: sharing('k', 444, 'TCP', { externalTrafficPolicy: 'Local', selector: { app: 'b' } }) },
      { service: 'shop/cluster', options: sharing('k', 445, 'TCP') },
    ],
    held: { 'shop/web': '1.2.3.0 @a', 'shop/same': '1.2.3.0 @a', 'shop/other': '1.2.3.1 @a', 'shop/cluster': '1.2.3.2 @a' },
  },
  'both families where both are required': {
    acts: [{ pools: [both] }, { service: 'shop/web', options: policy('RequireDualStack') }],
    held: { 'shop/web': '192.168.1.10 fc00:f853:ccd:: @both' },
  },
  'PreferDualStack takes what there is, and the second family when its pool gets it': {
    acts: [
      { pools: [pool('a', '192.168.1.10-192.168.1.20')] },
      { service: 'shop/first', options: policy('PreferDualStack') },
      { service: 'shop/second', options: policy('PreferDualStack', ['fd96::1', '10.96.0.1']) },
      { pools: [pool('a', '192.168.1.10-192.168.1.20 fc00:f853:ccd::/124')] },
    ],
    held: { 'shop/first': '192.168.1.10 fc00:f853:ccd:: @a', 'shop/second': '192.168.1.11 fc00:f853:ccd::1 @a' },
    events: [/^Normal AdditionalAssignFailed shop\/first/, /^Normal IPAllocated shop\/first: Assigned IP 192\.168\.1\.10, fc00:f853:ccd::/],
  },
}

describe("MetalLB's documented example:", () => {
  for (const [title, { acts, held, events = [] }] of Object.entries(examples)) {
    it(title, () => {
      const cluster = play({ acts })
      expect(shown(cluster, Object.keys(held))).to.deep.equal(held)
      expect(missing(cluster, events), cluster.events.join('\n')).to.deep.equal([])
    })
  }
})
