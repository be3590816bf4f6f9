import { expect } from 'chai'
import { formatAddress } from '../../../core/address.ts'
import type { Allocation } from '../../../core/allocation.ts'
import type { Pool } from '../../../core/config/pool.ts'
import { compilePools } from '../../../core/config/pools.ts'
import { createIpam, type Ipam, type IpamOptions } from '../../../core/ipam.ts'
import { describeRefusal, type Refusal } from '../../../core/refusal.ts'
import type { Result } from '../../../core/result.ts'
import type { ServiceView } from '../../../core/service.ts'
import { address, namespaceOf, poolObject, pools, type ServiceOptions, service } from './objects.ts'

const shop = namespaceOf('shop')
const dual = ['10.96.0.1', 'fd96::1']
const preferDual = { clusterIPs: dual, spec: { ipFamilyPolicy: 'PreferDualStack' } }

function ipamOf(list: readonly Pool[], options: Partial<IpamOptions> = {}): Ipam {
  return createIpam(list, { poolPriority: 'highest', reserved: [], ...options })
}

const named = (pool: string): ServiceOptions => ({ annotations: { 'metallb.io/address-pool': pool } })
const wanting = (texts: string, more: ServiceOptions = {}): ServiceOptions => ({
  ...more,
  annotations: { ...more.annotations, 'metallb.io/loadBalancerIPs': texts },
})
const sharing = (key: string, port: number, more: ServiceOptions = {}): ServiceOptions => ({
  ...more,
  annotations: { ...more.annotations, 'metallb.io/allow-shared-ip': key },
  spec: { ...more.spec, ports: [{ port, protocol: 'TCP' }] },
})

/** The addresses given, or the reason of the refusal. */
function outcome(result: Result<Allocation, Refusal>): string {
  return result.ok ? result.value.addresses.map(formatAddress).join(' ') : result.error.reason
}

/** Allocates for one Service after the other. */
function allocateAll(ipam: Ipam, services: readonly ServiceView[]): readonly string[] {
  return services.map((each) => outcome(ipam.allocate(each, namespaceOf(each.namespace))))
}

const numbered = (count: number): readonly ServiceView[] => Array.from({ length: count }, (_, index) => service(`shop/s${index + 1}`))

describe('Allocation', () => {
  it('gives the lowest address first, in the listed order of the ranges', () => {
    const ipam = ipamOf(pools({ a: '10.0.0.8/31 10.0.0.2-10.0.0.3' }))
    expect(allocateAll(ipam, numbered(5))).to.deep.equal(['10.0.0.8', '10.0.0.9', '10.0.0.2', '10.0.0.3', 'NoPoolAvailable'])
    ipam.release(service('shop/s1').key)
    ipam.release(service('shop/s3').key)
    expect(allocateAll(ipam, [service('shop/s6'), service('shop/s7')])).to.deep.equal(['10.0.0.8', '10.0.0.2'])
  })

  it('prefers the higher priority, then overflows: Services 1 to 11 get the primary pool, the 12th the backup', () => {
    const list = pools({
      'backup-pool': { addresses: ['192.168.2.100-192.168.2.110'], serviceAllocation: { priority: 50 } },
      'primary-pool': { addresses: ['192.168.1.100-192.168.1.110'], serviceAllocation: { priority: 100 } },
    })
    const given = allocateAll(ipamOf(list), numbered(12))
    expect(given).to.deep.equal([...Array.from({ length: 11 }, (_, index) => `192.168.1.${100 + index}`), '192.168.2.100'])
    expect(allocateAll(ipamOf(list, { poolPriority: 'lowest' }), numbered(1))).to.deep.equal(['192.168.2.100'])
  })

  it('takes unset and zero priorities last, and equal ones by name', () => {
    const entry = (range: string, priority?: number): Parameters<typeof pools>[0][string] => ({
      addresses: [range],
      serviceAllocation: priority === undefined ? {} : { priority },
    })
    const list = pools({
      z: entry('10.0.0.1/32', 1),
      b: entry('10.0.0.2/32', 5),
      a: entry('10.0.0.3/32', 5),
      d: entry('10.0.0.4/32', 0),
      c: entry('10.0.0.5/32'),
    })
    for (const [poolPriority, expected] of [
      ['highest', ['10.0.0.3', '10.0.0.2', '10.0.0.1', '10.0.0.5', '10.0.0.4']],
      ['lowest', ['10.0.0.1', '10.0.0.3', '10.0.0.2', '10.0.0.5', '10.0.0.4']],
    ] as const) {
      expect(allocateAll(ipamOf(list, { poolPriority }), numbered(5))).to.deep.equal(expected)
    }
  })

  it('takes pools with serviceAllocation before all others, and the default pool before other general ones', () => {
    const { pools: list } = compilePools([
      poolObject('a', { addresses: ['10.0.0.1/32'] }),
      poolObject('b', { addresses: ['10.0.0.2/32'] }, { annotations: { 'metallb.io/is-default-pool': 'true' } }),
      poolObject('c', { addresses: ['10.0.0.3/32'], serviceAllocation: { namespaces: ['bank'] } }),
    ])
    expect(allocateAll(ipamOf(list), numbered(3))).to.deep.equal(['10.0.0.2', '10.0.0.1', 'NoPoolAvailable'])
    expect(allocateAll(ipamOf(list), [service('bank/one'), service('bank/two')])).to.deep.equal(['10.0.0.3', '10.0.0.1'])
  })

  it('treats a pool that was filled in as a preference: it overflows, and survives that the pool is renamed', () => {
    const filledIn = (pool: string): ServiceOptions => ({
      annotations: { 'metallb.io/address-pool': pool, 'metallb.io/address-pool-source': 'default' },
    })
    const ipam = ipamOf(pools({ a: '10.0.0.1/32', b: '10.0.0.2/32', c: '10.0.0.3/32' }))
    const services = [service('shop/one', filledIn('b')), service('shop/two', filledIn('b')), service('shop/three', filledIn('gone'))]
    expect(allocateAll(ipam, services)).to.deep.equal(['10.0.0.2', '10.0.0.1', '10.0.0.3'])
  })

  it('never hands out the own address of a Node, even to one who asks for it or frees it', () => {
    const ipam = ipamOf(pools({ a: '10.0.0.1-10.0.0.2' }), { reserved: [address('10.0.0.1')] })
    const holder = service('shop/holder')
    expect(outcome(ipam.claim(holder, [address('10.0.0.1')], shop))).to.equal('10.0.0.1')
    ipam.release(holder.key)
    expect(allocateAll(ipam, [service('shop/one', wanting('10.0.0.1')), ...numbered(2)])).to.deep.equal([
      'NodeAddress',
      '10.0.0.2',
      'NoPoolAvailable',
    ])
  })

  it('avoids .0 and .255 where the pool says so', () => {
    const list = pools({ a: { addresses: ['10.0.0.254-10.0.1.1'], avoidBuggyIPs: true } })
    expect(allocateAll(ipamOf(list), [...numbered(3), service('shop/x', wanting('10.0.0.255'))])).to.deep.equal([
      '10.0.0.254',
      '10.0.1.1',
      'NoPoolAvailable',
      'AddressAvoided',
    ])
    expect(outcome(ipamOf(list).claim(service('shop/x'), [address('10.0.1.0')], shop))).to.equal('AddressAvoided')
  })

  it('is as quick in a /8 and in an IPv6 /32 as in a /30', () => {
    const ipam = ipamOf(pools({ a: '10.0.0.0/8', b: '2001:db8::/32' }))
    const many = Array.from({ length: 5000 }, (_, index) =>
      service(`shop/s${index}`, { clusterIPs: [index % 2 === 0 ? '10.96.0.1' : 'fd96::1'] }),
    )
    const given = allocateAll(ipam, many)
    expect(given.at(-2)).to.equal('10.0.9.195')
    expect(given.at(-1)).to.equal('2001:db8::9c3')
    expect(ipam.usage('b')).to.deep.equal({ assignedIPv4: 0n, assignedIPv6: 2500n, totalIPv4: 0n, totalIPv6: 2n ** 96n })
  })
})

describe('A request', () => {
  const list = pools({
    a: '10.0.0.0/30',
    closed: { addresses: ['10.0.1.0/30'], autoAssign: false },
    bank: { addresses: ['10.0.2.0/30'], serviceAllocation: { namespaces: ['bank'] } },
    labelled: { addresses: ['10.0.3.0/30'], serviceAllocation: { serviceSelectors: [{ matchLabels: { app: 'a' } }] } },
    nobody: { addresses: ['10.0.4.0/30'], serviceAllocation: { namespaceSelectors: [{ matchLabels: { never: 'set' } }] } },
    six: 'fd00::/126',
  })
  const requests: readonly (readonly [string, ServiceOptions, string])[] = [
    ['for a pool is served from it', named('a'), '10.0.0.0'],
    ['for a pool with autoAssign: false is served', named('closed'), '10.0.1.0'],
    ['for an unknown pool is refused', named('premium-pool'), 'PoolUnknown'],
    ['for a pool of another namespace is refused', named('bank'), 'NamespaceNotAllowed'],
    ['for an address of a pool of another namespace is refused', wanting('10.0.2.1'), 'NamespaceNotAllowed'],
    ['for a pool overrides its serviceSelectors', named('labelled'), '10.0.3.0'],
    ['for an address overrides serviceSelectors', wanting('10.0.3.2'), '10.0.3.2'],
    ['for a pool whose namespaceSelectors match nobody is refused', named('nobody'), 'NamespaceNotAllowed'],
    ['for a pool without the family is refused', named('six'), 'FamilyUnavailable'],
    ['for an address is served', wanting('10.0.0.3'), '10.0.0.3'],
    ['for an address with autoAssign: false is served', wanting('10.0.1.2'), '10.0.1.2'],
    ['for an address in no pool is refused', wanting('172.16.0.1'), 'AddressInNoPool'],
    ['for an address of the other family is refused', wanting('fd00::1'), 'RequestFamiliesDiffer'],
    ['for two addresses where there is one family is refused', wanting('10.0.0.1,fd00::1'), 'RequestFamiliesDiffer'],
    ['for an address and the pool that has it is served', wanting('10.0.0.1', named('a')), '10.0.0.1'],
    ['for an address and another pool is refused', wanting('10.0.0.1', named('closed')), 'OutsideRequestedPool'],
    ['that cannot be read is refused', wanting('10.0.0.01'), 'RequestInvalid'],
    [
      'by both families that lie in different pools is refused',
      wanting('10.0.0.1,fd00::1', { clusterIPs: dual }),
      'AddressesInSeveralPools',
    ],
    ['by one family of a dual-stack Service is refused', wanting('10.0.0.1', preferDual), 'RequestFamiliesDiffer'],
    ['before there is a cluster IP is refused', { clusterIPs: ['None'], spec: { ipFamilies: [] } }, 'NoClusterAddress'],
    ['for dual stack with one cluster IP is refused', { spec: { ipFamilyPolicy: 'RequireDualStack' } }, 'DualStackImpossible'],
  ]
  for (const [name, options, expected] of requests) {
    it(name, () => expect(outcome(ipamOf(list).allocate(service('shop/web', options), shop))).to.equal(expected))
  }

  it('for an address in use names who has it', () => {
    const ipam = ipamOf(list)
    ipam.allocate(service('shop/one', wanting('10.0.0.1')), shop)
    const refused = ipam.allocate(service('shop/two', wanting('10.0.0.1')), shop)
    expect(refused.ok ? '' : describeRefusal(refused.error)).to.equal(
      'address 10.0.0.1 is in use by Service shop/one: share it by giving both the same annotation metallb.io/allow-shared-ip, or choose another',
    )
  })

  it('is refused with every pool and its reason when no pool can serve it', () => {
    const refused = ipamOf(pools({ full: '10.0.0.1/32', closed: { addresses: ['10.0.1.0/24'], autoAssign: false }, six: 'fd00::/64' }))
    refused.allocate(service('shop/one'), shop)
    const result = refused.allocate(service('shop/two'), shop)
    expect(result.ok ? '' : describeRefusal(result.error)).to.equal(
      'no available IPs: pool "full": every IPv4 address is in use; pool "six" has no IPv4 addresses; pool "closed" has autoAssign: false and must be named',
    )
  })

  it('without any pool says so', () => expect(outcome(ipamOf([]).allocate(service('shop/web'), shop))).to.equal('NoPools'))
})

describe('Sharing', () => {
  const local = { spec: { externalTrafficPolicy: 'Local', selector: { app: 'a' } } }
  const first = (options: ServiceOptions = {}): ServiceView => service('shop/first', sharing('key', 80, options))
  const pairs: readonly (readonly [string, ServiceView, ServiceView, string])[] = [
    ['joins Services with the same key and other ports', first(), service('shop/second', sharing('key', 443)), '10.0.0.1'],
    [
      'joins the same port of another protocol',
      first(),
      service('shop/second', { ...sharing('key', 80), spec: { ports: [{ port: 80, protocol: 'UDP' }] } }),
      '10.0.0.1',
    ],
    ['keeps the same port apart', first(), service('shop/second', sharing('key', 80)), '10.0.0.2'],
    ['keeps different keys apart', first(), service('shop/second', sharing('other', 443)), '10.0.0.2'],
    ['keeps a Service without a key apart', first(), service('shop/second', { spec: { ports: [{ port: 443 }] } }), '10.0.0.2'],
    ['keeps Local and Cluster apart', first(local), service('shop/second', sharing('key', 443)), '10.0.0.2'],
    ['joins Local with the same selector', first(local), service('shop/second', sharing('key', 443, local)), '10.0.0.1'],
    [
      'keeps Local with another selector apart',
      first(local),
      service('shop/second', sharing('key', 443, { spec: { externalTrafficPolicy: 'Local', selector: { app: 'b' } } })),
      '10.0.0.2',
    ],
  ]
  for (const [name, one, two, expected] of pairs) {
    it(name, () => expect(allocateAll(ipamOf(pools({ a: '10.0.0.1-10.0.0.9' })), [one, two])).to.deep.equal(['10.0.0.1', expected]))
  }

  it('counts an address once, and frees it with the last', () => {
    const ipam = ipamOf(pools({ a: '10.0.0.1-10.0.0.9' }))
    const second = service('shop/second', sharing('key', 443))
    allocateAll(ipam, [first(), second])
    expect(ipam.holdersOf(address('10.0.0.1'))).to.deep.equal([first().key, second.key])
    expect(ipam.usage('a')?.assignedIPv4).to.equal(1n)
    ipam.release(first().key)
    expect(ipam.usage('a')?.assignedIPv4).to.equal(1n)
    ipam.release(second.key)
    expect(ipam.usage('a')?.assignedIPv4).to.equal(0n)
  })

  it('says which Service has the port, or the other key', () => {
    const ipam = ipamOf(pools({ a: '10.0.0.1-10.0.0.9' }))
    ipam.allocate(first(), shop)
    const samePort = ipam.allocate(service('shop/second', wanting('10.0.0.1', sharing('key', 80))), shop)
    expect(samePort.ok ? '' : describeRefusal(samePort.error)).to.equal('port TCP/80 of address 10.0.0.1 is in use by Service shop/first')
    const otherKey = ipam.allocate(service('shop/second', wanting('10.0.0.1', sharing('other', 443))), shop)
    expect(otherKey.ok ? '' : describeRefusal(otherKey.error)).to.equal(
      'address 10.0.0.1 is shared by Services with metallb.io/allow-shared-ip "key" (shop/first), not "other"',
    )
  })

  it('lets a Service that is alone on its address change its key and ports in place', () => {
    const ipam = ipamOf(pools({ a: '10.0.0.1-10.0.0.9' }))
    ipam.allocate(first(), shop)
    expect(outcome(ipam.claim(service('shop/first', sharing('other', 81)), [address('10.0.0.1')], shop))).to.equal('10.0.0.1')
    expect(allocateAll(ipam, [service('shop/second', sharing('key', 443)), service('shop/third', sharing('other', 80))])).to.deep.equal([
      '10.0.0.2',
      '10.0.0.1',
    ])
  })
})

describe('Dual stack', () => {
  const both = ipamOf(pools({ four: '10.0.0.0/30', six: 'fd00::/126', both: '10.0.1.0/30 fd01::/126' }))
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, ServiceOptions, string])[] = [
    [
      'takes both from the first pool that has both, IPv4 first',
      { a: '10.0.0.0/30', b: 'fd01::/126 10.0.1.0/30' },
      { clusterIPs: dual.toReversed() },
      '10.0.1.0 fd01::',
    ],
    ['required takes nothing rather than one', { a: '10.0.0.0/30' }, { clusterIPs: dual }, 'NoPoolAvailable'],
    ['preferred takes the primary family when no pool has both', { a: 'fd00::/126', b: '10.0.0.0/30' }, preferDual, '10.0.0.0'],
    [
      'preferred takes the primary family, also when that is IPv6',
      { a: '10.0.0.0/30', b: 'fd00::/126' },
      { ...preferDual, clusterIPs: dual.toReversed() },
      'fd00::',
    ],
    ['preferred takes the secondary family when that is all there is', { a: 'fd00::/126' }, preferDual, 'fd00::'],
    [
      'preferred with one cluster IP takes one address',
      { a: '10.0.0.0/30 fd00::/126' },
      { spec: { ipFamilyPolicy: 'PreferDualStack' } },
      '10.0.0.0',
    ],
    [
      'takes both requested addresses',
      { a: '10.0.0.0/30 fd00::/126' },
      wanting('fd00::2, 10.0.0.2', { clusterIPs: dual }),
      '10.0.0.2 fd00::2',
    ],
  ]
  for (const [name, list, options, expected] of cases) {
    it(name, () => expect(outcome(ipamOf(pools(list)).allocate(service('shop/web', options), shop))).to.equal(expected))
  }

  it('adds the second family from the same pool to one who holds the first', () => {
    const web = service('shop/web', preferDual)
    expect(outcome(both.claim(web, [address('fd01::2')], shop))).to.equal('fd01::2')
    expect(outcome(both.extend(web, shop))).to.equal('10.0.1.0 fd01::2')
    expect(outcome(both.claim(web, [address('10.0.0.1')], shop))).to.equal('10.0.0.1')
    expect(outcome(both.extend(web, shop))).to.equal('FamilyUnavailable')
  })
})

describe('A claim', () => {
  const list = pools({
    a: '10.0.0.0/29 fd00::/126',
    bank: { addresses: ['10.0.2.0/30'], serviceAllocation: { namespaces: ['bank'] } },
    labelled: { addresses: ['10.0.3.0/30'], serviceAllocation: { serviceSelectors: [{ matchLabels: { app: 'a' } }] } },
  })
  const claims: readonly (readonly [string, ServiceOptions, readonly string[], string])[] = [
    ['of an address of a pool is kept', {}, ['10.0.0.3'], '10.0.0.3'],
    ['keeps the order that it has', { clusterIPs: dual }, ['fd00::1', '10.0.0.3'], 'fd00::1 10.0.0.3'],
    ['of an address in no pool is refused', {}, ['172.16.0.1'], 'AddressInNoPool'],
    ['of the wrong family is refused', {}, ['fd00::1'], 'FamiliesChanged'],
    ['of one family is refused where both are required', { clusterIPs: dual }, ['10.0.0.1'], 'FamiliesChanged'],
    ['of one family is kept where both are preferred', preferDual, ['10.0.0.1'], '10.0.0.1'],
    ['of two addresses of one family is refused', { clusterIPs: dual }, ['10.0.0.1', '10.0.0.2'], 'FamiliesChanged'],
    ['of another address than asked for is refused', wanting('10.0.0.2'), ['10.0.0.1'], 'OtherAddressRequested'],
    ['is kept when the request cannot be read', wanting('10.0.0.02'), ['10.0.0.1'], '10.0.0.1'],
    ['outside the pool asked for is refused', named('labelled'), ['10.0.0.1'], 'OutsideRequestedPool'],
    [
      'outside a pool that was filled in is kept',
      { annotations: { 'metallb.io/address-pool': 'bank', 'metallb.io/address-pool-source': 'default' } },
      ['10.0.0.1'],
      '10.0.0.1',
    ],
    ['in a pool of another namespace is refused', {}, ['10.0.2.1'], 'NamespaceNotAllowed'],
    ['in a pool that does not select the Service is refused', {}, ['10.0.3.1'], 'ServiceNotSelected'],
    ['in a pool that does not select the Service but is named is kept', named('labelled'), ['10.0.3.1'], '10.0.3.1'],
  ]
  for (const [name, options, held, expected] of claims) {
    it(name, () => expect(outcome(ipamOf(list).claim(service('shop/web', options), held.map(address), shop))).to.equal(expected))
  }

  it('in a frozen pool is kept, though nothing new comes from it', () => {
    const ipam = ipamOf(
      compilePools([poolObject('a', { addresses: ['10.0.0.0/24'] }), poolObject('b', { addresses: ['10.0.0.0/16'] })]).pools,
    )
    expect(outcome(ipam.claim(service('shop/one'), [address('10.0.9.9')], shop))).to.equal('10.0.9.9')
    expect(ipam.poolOf(address('10.0.9.9'))?.name).to.equal('b')
    expect(ipam.poolOf(address('10.0.0.9'))?.name).to.equal('a')
    expect(outcome(ipam.allocate(service('shop/two', named('b')), shop))).to.equal('PoolFrozen')
    expect(outcome(ipam.allocate(service('shop/two', wanting('10.0.9.8')), shop))).to.equal('PoolFrozen')
  })
})

describe('A vacated address', () => {
  it('is joined, while it is being left, only on the terms that its Service has now', () => {
    const ipam = ipamOf(pools({ a: '10.0.0.1/32' }))
    ipam.allocate(service('shop/s1', sharing('x', 80)), shop)
    ipam.vacate(service('shop/s1').key)
    expect(ipam.renew(service('shop/s1'))).to.equal(false)
    expect(allocateAll(ipam, [service('shop/s2', sharing('x', 81))])).to.deep.equal(['NoPoolAvailable'])
    ipam.renew(service('shop/s1', sharing('x', 80)))
    expect(allocateAll(ipam, [service('shop/s2', sharing('x', 81))])).to.deep.equal(['10.0.0.1'])
  })

  it('stays shut for others until it is settled', () => {
    const ipam = ipamOf(pools({ a: '10.0.0.1-10.0.0.2' }))
    const one = service('shop/one')
    ipam.allocate(one, shop)
    ipam.vacate(one.key)
    expect(ipam.allocationOf(one.key)).to.equal(undefined)
    expect(allocateAll(ipam, [service('shop/two'), service('shop/three')])).to.deep.equal(['10.0.0.2', 'NoPoolAvailable'])
    expect(ipam.settle(one.key)).to.equal(true)
    expect(ipam.settle(one.key)).to.equal(false)
    expect(allocateAll(ipam, [service('shop/three')])).to.deep.equal(['10.0.0.1'])
  })

  it('can be taken back by the one who left it, who then keeps it, with new ports', () => {
    const ipam = ipamOf(pools({ a: '10.0.0.1/32' }))
    ipam.allocate(service('shop/one', sharing('key', 80)), shop)
    ipam.vacate(service('shop/one').key)
    const again = service('shop/one', wanting('10.0.0.1', sharing('key', 81)))
    expect(outcome(ipam.allocate(again, shop))).to.equal('10.0.0.1')
    expect(outcome(ipam.allocate(service('shop/two', sharing('key', 80)), shop))).to.equal('10.0.0.1')
    ipam.settle(again.key)
    expect(ipam.holdersOf(address('10.0.0.1'))).to.have.members(['shop/one', 'shop/two'])
    expect(outcome(ipam.allocate(service('shop/three', sharing('key', 81)), shop))).to.equal('NoPoolAvailable')
    expect(ipam.usage('a')?.assignedIPv4).to.equal(1n)
  })
})

describe('Every refusal', () => {
  const one = address('10.0.0.1')
  const by = service('shop/other').key
  const all: readonly Refusal[] = [
    { reason: 'NoPools' },
    { reason: 'NoClusterAddress' },
    { reason: 'DualStackImpossible' },
    { reason: 'RequestInvalid', message: 'nonsense' },
    { reason: 'RequestFamiliesDiffer', requested: ['IPv4'], wanted: ['IPv4', 'IPv6'] },
    { reason: 'AddressInNoPool', address: one },
    { reason: 'AddressesInSeveralPools', addresses: [one], pools: ['a', 'b'] },
    { reason: 'AddressAvoided', address: one, pool: 'a' },
    { reason: 'NodeAddress', address: one },
    {
      reason: 'NoPoolAvailable',
      tried: Array.from({ length: 12 }, (_, index) => ({ reason: 'PoolExhausted', pool: `p${index}`, family: 'IPv4' }) as const),
    },
    { reason: 'FamiliesChanged', held: [], wanted: ['IPv4'] },
    { reason: 'OtherAddressRequested', held: [one], requested: [one] },
    { reason: 'OutsideRequestedPool', address: one, requested: ['a'], actual: 'b' },
    { reason: 'AddressInUse', address: one, by },
    { reason: 'SharingKeyDiffers', address: one, by, wanted: 'a', held: 'b' },
    { reason: 'BackendsDiffer', address: one, by },
    { reason: 'PortInUse', address: one, by, port: 'TCP/80' },
    { reason: 'PoolUnknown', pool: 'a', known: Array.from({ length: 12 }, (_, index) => `p${index}`) },
    { reason: 'PoolFrozen', pool: 'a' },
    { reason: 'AutoAssignOff', pool: 'a' },
    { reason: 'NamespaceNotAllowed', pool: 'a', namespace: 'shop' },
    { reason: 'ServiceNotSelected', pool: 'a' },
    { reason: 'FamilyUnavailable', pool: 'a', family: 'IPv6' },
    { reason: 'PoolExhausted', pool: 'a', family: 'IPv6' },
  ]
  for (const refusal of all) {
    it(`${refusal.reason} is a sentence that names everything in it`, () => {
      const text = describeRefusal(refusal)
      expect(text).to.match(/^[a-z].*[^.]$/i)
      expect(text).to.not.match(/undefined|\[object|NaN/)
      for (const value of Object.values(refusal)) {
        if (typeof value === 'string' && value !== refusal.reason) expect(text).to.include(value)
      }
    })
  }
})
