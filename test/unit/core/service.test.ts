import { expect } from 'chai'
import fc from 'fast-check'
import { formatAddress } from '../../../core/address.ts'
import type { Pool } from '../../../core/config/pool.ts'
import { compilePools } from '../../../core/config/pools.ts'
import { defaultPoolFor } from '../../../core/default-pool.ts'
import { viewNamespace } from '../../../core/namespace.ts'
import { viewNode } from '../../../core/node.ts'
import type { Namespace, Node, Service } from '../../../core/objects.ts'
import { PoolOrder } from '../../../core/pool-order.ts'
import { viewService } from '../../../core/service.ts'
import { namespaceOf, policies, poolObject, service, serviceObject } from './objects.ts'

describe('A Service', () => {
  const classes: readonly (readonly [string, string | undefined, string | undefined, boolean])[] = [
    ['without a class is ours', undefined, undefined, true],
    ['of a metallb.io class is ours', 'metallb.io/internal', undefined, true],
    ['of another class is foreign', 'example.com/lb', undefined, false],
    ['of the one class is ours', 'example.com/lb', 'example.com/lb', true],
    ['without a class is foreign when there is one class', undefined, 'example.com/lb', false],
    ['of a metallb.io class is foreign when another is the one', 'metallb.io/internal', 'metallb.io/external', false],
  ]
  for (const [name, loadBalancerClass, only, isOurs] of classes) {
    it(name, () => {
      const object = serviceObject('shop/web', { spec: loadBalancerClass === undefined ? {} : { loadBalancerClass } })
      const view = viewService(object, only === undefined ? {} : { only })
      expect([view.isLoadBalancer, view.isForeign]).to.deep.equal([isOurs, !isOurs])
    })
  }

  it('of another type is neither ours nor foreign', () => {
    const view = service('shop/web', { spec: { type: 'ClusterIP', loadBalancerClass: 'example.com/lb' } })
    expect([view.isLoadBalancer, view.isForeign]).to.deep.equal([false, false])
  })

  it('has the families of its cluster IPs, in their order', () => {
    expect(service('shop/web', { clusterIPs: ['fd00::1', '10.96.0.1'] }).families).to.deep.equal(['IPv6', 'IPv4'])
    expect(service('shop/web', { clusterIPs: [], spec: { clusterIP: '10.96.0.1' } }).families).to.deep.equal(['IPv4'])
    expect(service('shop/web', { clusterIPs: ['None'], spec: { ipFamilies: [] } }).families).to.deep.equal([])
    expect(service('shop/web', { clusterIPs: [], spec: { ipFamilies: ['IPv6'] } }).families).to.deep.equal(['IPv6'])
  })

  const many = (count: number): string => Array.from({ length: count }, (_, index) => `10.0.0.${index},fd00::1:${index}`).join(',')
  const requests: readonly (readonly [string, Readonly<Record<string, string>>, string | undefined, readonly string[] | RegExp])[] = [
    ['nothing', {}, undefined, []],
    ['an address by annotation', { 'metallb.io/loadBalancerIPs': '10.0.0.1' }, undefined, ['10.0.0.1']],
    [
      'an address of each family, with spaces',
      { 'metallb.io/loadBalancerIPs': ' 10.0.0.1 , FD00::1 ' },
      undefined,
      ['10.0.0.1', 'fd00::1'],
    ],
    ['an address by the deprecated prefix', { 'metallb.universe.tf/loadBalancerIPs': '10.0.0.1' }, undefined, ['10.0.0.1']],
    [
      'the new prefix where both are',
      { 'metallb.universe.tf/loadBalancerIPs': '10.0.0.1', 'metallb.io/loadBalancerIPs': '10.0.0.2' },
      undefined,
      ['10.0.0.2'],
    ],
    [
      'the old prefix where the new one is empty',
      { 'metallb.universe.tf/loadBalancerIPs': '10.0.0.1', 'metallb.io/loadBalancerIPs': ' ' },
      undefined,
      ['10.0.0.1'],
    ],
    ['an address by spec.loadBalancerIP', {}, '10.0.0.1', ['10.0.0.1']],
    ['both ways, which is an error', { 'metallb.io/loadBalancerIPs': '10.0.0.1' }, '10.0.0.1', /both the annotation/],
    [
      'what is no address',
      { 'metallb.io/loadBalancerIPs': '10.0.0.1,' },
      undefined,
      /"" in metallb\.io\/loadBalancerIPs is not an IP address: it is empty/,
    ],
    ['two of one family', { 'metallb.io/loadBalancerIPs': '10.0.0.2,10.0.0.1' }, undefined, ['10.0.0.2', '10.0.0.1']],
    ['one twice', { 'metallb.io/loadBalancerIPs': 'fd00::1,10.0.0.1,FD00:0::1' }, undefined, /lists fd00::1 twice; list it once/],
    ['sixteen of each family', { 'metallb.io/loadBalancerIPs': many(16) }, undefined, many(16).split(',')],
    [
      'seventeen of one',
      { 'metallb.io/loadBalancerIPs': `${many(16)},10.0.0.17` },
      undefined,
      /lists more than 16 IPv4 addresses; list at most 16 of each/,
    ],
    ['hundreds', { 'metallb.io/loadBalancerIPs': '10.0.0.1,'.repeat(500) }, undefined, /lists 10\.0\.0\.1 twice/],
    ['an address with a leading zero', {}, '010.0.0.1', /spec\.loadBalancerIP is not an IP address: "010" has a leading zero/],
  ]
  for (const [name, annotations, loadBalancerIP, expected] of requests) {
    it(`asks for ${name}`, () => {
      const { requestedAddresses, requestFault } = service('shop/web', {
        annotations,
        spec: loadBalancerIP === undefined ? {} : { loadBalancerIP },
      })
      if (expected instanceof RegExp) expect(requestFault?.message ?? 'accepted').to.match(expected)
      else expect([requestFault, requestedAddresses.map(formatAddress)]).to.deep.equal([undefined, expected])
    })
  }

  const lists: readonly (readonly [string, string, readonly string[] | RegExp])[] = [
    ['one pool', ' a ', ['a']],
    ['pools in their order', 'b, a ,c', ['b', 'a', 'c']],
    ['a pool twice', 'a,b,a', /metallb\.io\/address-pool "a,b,a" lists pool "a" twice/],
    ['no pool between commas', 'a,,b', /has an empty item \(number 2\)/],
    ['seventeen pools', Array.from({ length: 17 }, (_, index) => `p${index}`).join(), /lists more than 16 pools/],
  ]
  it('names every annotation that cannot be read, not only the first', () => {
    const annotations = { 'metallb.io/address-pool': 'p,,q', 'metallb.io/address-count': '0', 'metallb.io/host-part': '::1/64' }
    const { requestFault, furtherFaults = [] } = service('shop/web', { annotations })
    expect([requestFault, ...furtherFaults].map((fault) => fault?.field)).to.have.members(Object.keys(annotations))
  })

  for (const [name, text, expected] of lists) {
    it(`lists ${name}`, () => {
      const { requestedPools, requestFault } = service('shop/web', { annotations: { 'metallb.io/address-pool': text } })
      if (expected instanceof RegExp) expect(requestFault?.message ?? 'accepted').to.match(expected)
      else expect([requestFault, requestedPools]).to.deep.equal([undefined, expected])
    })
  }

  for (const [text, expected] of [
    ['1', 1],
    [' 16 ', 16],
    ['0', /is "0"; write a whole number from 1 to 16/],
    ['17', /from 1 to 16/],
    ['02', /from 1 to 16/],
    ['2.5', /from 1 to 16/],
    ['two', /from 1 to 16/],
  ] as const) {
    it(`asks for "${text}" addresses`, () => {
      const { addressCount, requestFault } = service('shop/web', { annotations: { 'metallb.io/address-count': text } })
      if (expected instanceof RegExp) expect(requestFault?.message ?? 'accepted').to.match(expected)
      else expect([requestFault, addressCount]).to.deep.equal([undefined, expected])
    })
  }

  for (const [annotations, expected] of [
    [{ 'metallb.io/host-part': ' ::1:53 ' }, 0x1_0053n],
    [{ 'metallb.io/host-part': '::1', 'metallb.io/address-count': '1' }, 1n],
    [
      { 'metallb.io/host-part': '53' },
      /"53" is no host part: it has 1 of the 4 .*; write the last bits of an IPv6 address, such as "::1:53"$/,
    ],
    [{ 'metallb.io/host-part': '10.0.0.1' }, /"10\.0\.0\.1" is no host part: it is an IPv4 address/],
    [{ 'metallb.io/host-part': '::1', 'metallb.io/address-count': '2' }, /is for one IPv6 address, and metallb\.io\/address-count \("2"\)/],
    [{ 'metallb.io/host-part': '::1', 'metallb.io/loadBalancerIPs': 'fd00::1' }, /and metallb\.io\/loadBalancerIPs \("fd00::1"\) says/],
  ] as const) {
    it(`has ${JSON.stringify(annotations)}`, () => {
      const { hostPart, requestFault } = service('shop/web', { annotations })
      if (expected instanceof RegExp) expect(requestFault?.message ?? 'accepted').to.match(expected)
      else expect([requestFault, hostPart]).to.deep.equal([undefined, expected])
    })
  }

  it('cannot both list addresses and count them', () => {
    const annotations = { 'metallb.io/address-count': '2', 'metallb.io/loadBalancerIPs': '10.0.0.1' }
    const { requestFault } = service('shop/web', { annotations })
    expect(requestFault?.message).to.match(/^both metallb\.io\/address-count \("2"\) and metallb\.io\/loadBalancerIPs .*keep one of them$/)
  })

  it('tells a pool that somebody asked for from one that was filled in', () => {
    expect(service('shop/web', { annotations: { 'metallb.io/address-pool': 'a' } })).to.deep.include({ requestedPools: ['a'] })
    const listed = { 'metallb.io/address-pool': 'a,b', 'metallb.io/address-pool-source': 'default' }
    expect(service('shop/web', { annotations: listed })).to.deep.include({ requestedPools: ['a', 'b'] })
    const filledIn = { 'metallb.io/address-pool': 'a', 'metallb.io/address-pool-source': 'default' }
    expect(service('shop/web', { annotations: filledIn })).to.deep.include({ requestedPools: [], preferredPool: 'a' })
  })

  it('shows what it holds, and what of it is not ours to understand', () => {
    const view = viewService({
      ...serviceObject('shop/web'),
      status: { loadBalancer: { ingress: [{ ip: '10.0.0.1', ipMode: 'VIP' }, { hostname: 'lb.example.com' }] } },
    })
    expect(view.held.map(formatAddress)).to.deep.equal(['10.0.0.1'])
    expect([view.heldIsComplete, view.heldIsStrange]).to.deep.equal([false, true])
    expect(service('shop/web', { held: ['10.0.0.1'] })).to.include({ heldIsComplete: true, heldIsStrange: false })
  })

  it('lists the deprecated annotations in use', () => {
    expect(service('shop/web', { annotations: { 'metallb.universe.tf/x': '1', 'metallb.io/y': '2' } }).deprecatedAnnotations).to.deep.equal(
      ['metallb.universe.tf/x'],
    )
  })

  it('of whatever shape never makes it throw', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (metadata, spec, status) => {
        viewService({ metadata, spec, status } as Service)
        viewService(spec as Service)
        viewNode({ metadata, status } as Node)
        viewNamespace({ metadata } as Namespace)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('A Node', () => {
  it('is reduced to what announcing reads', () => {
    const view = viewNode({
      metadata: { name: 'n1', labels: { zone: 'a', 'node.kubernetes.io/exclude-from-external-load-balancers': '' } },
      status: {
        addresses: [
          { type: 'InternalIP', address: '10.99.0.11' },
          { type: 'InternalIP', address: 'fd10:99::11' },
          { type: 'Hostname', address: 'n1' },
        ],
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'NetworkUnavailable', status: 'False' },
        ],
      },
    })
    expect(view).to.include({ name: 'n1', ready: true, networkUnavailable: false, excluded: true })
    expect(view.addresses.map(formatAddress)).to.deep.equal(['10.99.0.11', 'fd10:99::11'])
  })
})

describe('The default pool', () => {
  const annotations = { 'metallb.io/is-default-pool': 'true' }
  const { pools } = compilePools([
    poolObject('public', { addresses: ['10.0.0.0/24'] }, { annotations }),
    poolObject('team', { addresses: ['10.0.1.0/24'] }),
    poolObject('closed', { addresses: ['10.0.2.0/24'], autoAssign: false }),
    poolObject('pinned', { addresses: ['10.0.3.0/24'], serviceAllocation: { namespaces: ['bank'] } }),
  ])
  const plain = service('shop/web')
  const ordered = (list: readonly Pool[]): PoolOrder => new PoolOrder(list, 'highest')
  const cases: readonly (readonly [string, ReturnType<typeof service>, ReturnType<typeof namespaceOf>, string | undefined])[] = [
    ['is the annotated pool', plain, namespaceOf('shop'), 'public'],
    ['is what the Namespace says', plain, namespaceOf('shop', {}, 'team'), 'team'],
    ['is the annotated pool when the Namespace names none that exists', plain, namespaceOf('shop', {}, 'gone'), 'public'],
    ['is not a pool that must be named', plain, namespaceOf('shop', {}, 'closed'), 'public'],
    [
      'is none for a Service that names a pool',
      service('shop/web', { annotations: { 'metallb.io/address-pool': 'team' } }),
      namespaceOf('shop'),
      undefined,
    ],
    [
      'is none for a Service that names an address',
      service('shop/web', { annotations: { 'metallb.io/loadBalancerIPs': '10.0.1.1' } }),
      namespaceOf('shop'),
      undefined,
    ],
    ['is none where a pool with serviceAllocation applies', service('bank/web'), namespaceOf('bank', {}, 'team'), undefined],
    ['is none for a Service that is not ours', service('shop/web', { spec: { type: 'ClusterIP' } }), namespaceOf('shop'), undefined],
  ]
  for (const [name, view, namespace, expected] of cases)
    it(name, () => expect(defaultPoolFor(view, namespace, ordered(pools), [])).to.equal(expected))

  const noDefault = pools.map((pool) => ({ ...pool, isDefault: false }))
  const rules = policies({
    closed: { defaultPool: 'closed' },
    gold: { serviceSelectors: [{ matchLabels: { tier: 'gold' } }], defaultPool: 'public' },
    prod: { namespaceSelectors: [{ matchLabels: { env: 'prod' } }], defaultPool: 'team' },
    rest: { defaultPool: 'public' },
  })
  const prod = namespaceOf('shop', { env: 'prod' })
  const golden = service('shop/web', { labels: { tier: 'gold' } })

  it('of a policy is that of the first by name whose pool is open', () => {
    expect(defaultPoolFor(plain, prod, ordered(noDefault), rules)).to.equal('team')
    expect(defaultPoolFor(golden, prod, ordered(noDefault), rules)).to.equal('public')
    expect(defaultPoolFor(plain, namespaceOf('lab'), ordered(noDefault), rules)).to.equal('public')
    expect(defaultPoolFor(plain, namespaceOf('lab'), ordered(noDefault), rules.slice(0, 3))).to.equal(undefined)
  })

  it('of a policy comes after those of the Namespace and of the cluster', () => {
    expect(defaultPoolFor(plain, prod, ordered(pools), rules)).to.equal('public')
    expect(defaultPoolFor(plain, namespaceOf('lab', {}, 'team'), ordered(noDefault), rules)).to.equal('team')
  })
})

describe('A Service is ours', () => {
  const rows: readonly (readonly [string, Parameters<typeof viewService>[1], string | undefined, boolean])[] = [
    ['without a class', {}, undefined, true],
    ['of a class of metallb.io', {}, 'metallb.io/internal', true],
    ['not of another class', {}, 'example.com/lb', false],
    ['not without a class where that was switched off', { unset: false }, undefined, false],
    ['of a class of metallb.io where the others were switched off', { unset: false }, 'metallb.io/internal', true],
    ['of the one class that was named', { only: 'example.com/lb' }, 'example.com/lb', true],
    ['not without a class where one was named', { only: 'example.com/lb' }, undefined, false],
  ]
  for (const [name, classes, loadBalancerClass, isOurs] of rows) {
    it(name, () => {
      const spec = loadBalancerClass === undefined ? {} : { loadBalancerClass }
      expect(viewService(serviceObject('shop/web', { spec }), classes).isLoadBalancer).to.equal(isOurs)
    })
  }
})
