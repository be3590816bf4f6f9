// Lists of pools, pools of one family each, several addresses of a family, and host parts.
import { expect } from 'chai'
import { formatAddress } from '../../../core/address.ts'
import type { Allocation } from '../../../core/allocation.ts'
import { createIpam, type Ipam } from '../../../core/ipam.ts'
import { describeRefusal, type Refusal } from '../../../core/refusal.ts'
import type { Result } from '../../../core/result.ts'
import { address, namespaceOf, policies, pools, type ServiceOptions, service } from './objects.ts'

const shop = namespaceOf('shop')
const dual = ['10.96.0.1', 'fd96::1']
const requireDual = { clusterIPs: dual }
const preferDual = { clusterIPs: dual, spec: { ipFamilyPolicy: 'PreferDualStack' } }
const annotated = (annotations: Readonly<Record<string, string>>, more: ServiceOptions = {}): ServiceOptions => ({
  ...more,
  annotations: { ...more.annotations, ...annotations },
})
const listing = (names: string, more?: ServiceOptions): ServiceOptions => annotated({ 'metallb.io/address-pool': names }, more)
const counting = (count: number, more?: ServiceOptions): ServiceOptions => annotated({ 'metallb.io/address-count': String(count) }, more)
const asking = (texts: string, more?: ServiceOptions): ServiceOptions => annotated({ 'metallb.io/loadBalancerIPs': texts }, more)
const sharing = (port: number, more: ServiceOptions = {}): ServiceOptions =>
  annotated({ 'metallb.io/allow-shared-ip': 'x' }, { ...more, spec: { ports: [{ port, protocol: 'TCP' }] } })

/** Addresses and their pools, or the refusal in words. */
function outcome(result: Result<Allocation, Refusal>): string {
  if (!result.ok) return describeRefusal(result.error)
  return `${result.value.addresses.map(formatAddress).join(' ')} of ${[...new Set(result.value.pools)].join()}`
}

function ipamOf(all: Parameters<typeof pools>[0], limits: Parameters<typeof policies>[0] = {}): Ipam {
  return createIpam(pools(all), { poolPriority: 'highest', reserved: [], policies: policies(limits) })
}

type Story = readonly (readonly [key: string, options: ServiceOptions, outcome: string])[]

function tell(ipam: Ipam, story: Story): void {
  for (const [key, options, expected] of story) {
    const [namespace = ''] = key.split('/')
    expect([key, outcome(ipam.allocate(service(key, options), namespaceOf(namespace)))]).to.deep.equal([key, expected])
  }
}

const four = { addresses: ['10.0.0.0/30'], autoAssign: false }
const six = { addresses: ['fd00::/126'], autoAssign: false }

describe('A list of pools', () => {
  const pair = { a: { addresses: ['10.0.0.0/31'], autoAssign: false }, b: '10.0.1.0/31', c: '10.0.2.0/31' }

  it('is tried in its order', () => {
    tell(ipamOf(pair), [
      ['shop/1', listing('b, a'), '10.0.1.0 of b'],
      ['shop/2', listing('b, a'), '10.0.1.1 of b'],
      ['shop/3', listing('b, a'), '10.0.0.0 of a'],
      ['shop/4', listing('b, a'), '10.0.0.1 of a'],
      ['shop/5', listing('b, a'), 'no available IPs: pool "b": every IPv4 address is in use; pool "a": every IPv4 address is in use'],
    ])
  })

  it('passes over pools that are gone, broken, or for other namespaces, and overrides serviceSelectors', () => {
    const ipam = ipamOf({
      bank: { addresses: ['10.0.2.0/30'], serviceAllocation: { namespaces: ['bank'] } },
      labelled: { addresses: ['10.0.3.0/30'], serviceAllocation: { serviceSelectors: [{ matchLabels: { app: 'a' } }] } },
      broken: { addresses: ['10.0.4.0/30', 'nonsense'] },
    })
    tell(ipam, [
      ['shop/1', listing('gone,broken,bank,labelled'), '10.0.3.0 of labelled'],
      ['bank/1', listing('gone,broken,bank,labelled'), '10.0.2.0 of bank'],
      [
        'shop/2',
        listing('gone,broken,bank'),
        'no available IPs: unknown pool "gone" (there are: bank, broken, labelled); pool "broken" has a problem and hands out nothing until it is corrected; pool "bank" does not serve namespace "shop" (serviceAllocation)',
      ],
    ])
  })

  it('never moves an address that is in one of its pools', () => {
    const web = service('shop/web', listing('a,b,c'))
    expect(outcome(ipamOf(pair).claim(web, [address('10.0.2.1')], shop))).to.equal('10.0.2.1 of c')
    expect(outcome(ipamOf({ ...pair, d: '10.0.3.0/31' }).claim(web, [address('10.0.3.1')], shop))).to.equal(
      'the Service asks for pools "a", "b", "c" but address 10.0.3.1 belongs to pool "d"',
    )
  })

  it('gives both families from one pool where that is possible, else each from the first that has it', () => {
    const all = { four, six, both: { addresses: ['10.0.1.0/32', 'fd01::/128'], autoAssign: false } }
    tell(ipamOf(all), [
      ['shop/1', listing('four,six,both', requireDual), '10.0.1.0 fd01:: of both'],
      ['shop/2', listing('four,six,both', requireDual), '10.0.0.0 fd00:: of four,six'],
      ['shop/3', listing('six,both,four', { ...requireDual, clusterIPs: dual.toReversed() }), '10.0.0.1 fd00::1 of four,six'],
      [
        'shop/4',
        listing('both,six', requireDual),
        'no available IPs: pool "both": every IPv4 address is in use; pool "six" has no IPv4 addresses',
      ],
      ['shop/5', listing('both,six', preferDual), 'fd00::2 of six'],
      ['shop/6', listing('four', requireDual), 'pool "four" has no IPv6 addresses'],
    ])
  })

  it('lets requested addresses lie in several of its pools', () => {
    tell(ipamOf({ four, six }), [
      [
        'shop/1',
        asking('10.0.0.1,fd00::1', requireDual),
        'addresses 10.0.0.1, fd00::1 are in different pools (four, six): they must come from one pool, unless metallb.io/address-pool lists these',
      ],
      ['shop/2', asking('fd00::1,10.0.0.1', listing('six,four', requireDual)), '10.0.0.1 fd00::1 of four,six'],
      [
        'shop/3',
        asking('fd00::2,10.0.0.2', listing('six', requireDual)),
        'addresses fd00::2, 10.0.0.2 are in different pools (six, four): they must come from one pool, unless metallb.io/address-pool lists these',
      ],
    ])
  })

  it('is where a second family comes from when the pool of the first has none', () => {
    const ipam = ipamOf({ four, six: { addresses: ['fd00::/128'], autoAssign: false } })
    const web = service('shop/web', listing('four,gone,six', preferDual))
    const other = service('shop/other', listing('six', { clusterIPs: ['fd96::1'] }))
    ipam.allocate(other, shop)
    expect(outcome(ipam.allocate(web, shop))).to.equal('10.0.0.0 of four')
    expect(outcome(ipam.extend(web, shop))).to.equal(
      'no available IPs: pool "four" has no IPv6 addresses; unknown pool "gone" (there are: four, six); pool "six": every IPv6 address is in use',
    )
    ipam.release(other.key)
    expect(outcome(ipam.extend(web, shop))).to.equal('10.0.0.0 fd00:: of four,six')
  })
})

describe('Several addresses', () => {
  it('come from the first pool that has all of them', () => {
    tell(ipamOf({ a: '10.0.0.0/31', b: '10.0.1.0/30' }), [
      ['shop/1', {}, '10.0.0.0 of a'],
      ['shop/2', counting(2), '10.0.1.0 10.0.1.1 of b'],
      [
        'shop/3',
        counting(3),
        'no available IPs: pool "a": it has 1 free IPv4 address, 3 are wanted; pool "b": it has 2 free IPv4 addresses, 3 are wanted',
      ],
      ['shop/4', counting(2, listing('a,b')), '10.0.1.2 10.0.1.3 of b'],
      ['shop/5', counting(2, listing('b')), 'no available IPs in pool "b": every IPv4 address is in use'],
    ])
  })

  it('are of each family as many', () => {
    const all = { a: '10.0.0.0/30 fd00::/127', b: '10.0.1.0/30' }
    tell(ipamOf(all), [
      ['shop/1', counting(2, requireDual), '10.0.0.0 10.0.0.1 fd00:: fd00::1 of a'],
      ['shop/2', counting(2, preferDual), '10.0.0.2 10.0.0.3 of a'],
    ])
  })

  it('avoid what the pool avoids, and take every range', () => {
    const ipam = ipamOf({ a: { addresses: ['10.0.0.254-10.0.1.1', '10.0.2.9/32'], avoidBuggyIPs: true } })
    tell(ipam, [['shop/1', counting(3), '10.0.0.254 10.0.1.1 10.0.2.9 of a']])
  })

  it('are taken where they are free or may be shared, the lowest first', () => {
    tell(ipamOf({ a: '10.0.0.0/29' }), [
      ['shop/1', asking('10.0.0.1', sharing(80)), '10.0.0.1 of a'],
      ['shop/2', asking('10.0.0.2'), '10.0.0.2 of a'],
      ['shop/3', counting(3, sharing(443)), '10.0.0.0 10.0.0.1 10.0.0.3 of a'],
      ['shop/4', counting(3, sharing(443)), '10.0.0.4 10.0.0.5 10.0.0.6 of a'],
      ['shop/5', counting(2, sharing(8080)), '10.0.0.0 10.0.0.1 of a'],
    ])
  })

  it('are asked for by name in the order of the list', () => {
    const ipam = ipamOf({ a: '10.0.0.0/29 fd00::/126' })
    tell(ipam, [
      ['shop/1', asking('fd00::2,10.0.0.3,10.0.0.1,fd00::1', requireDual), '10.0.0.3 10.0.0.1 fd00::2 fd00::1 of a'],
      [
        'shop/2',
        asking('10.0.0.2,10.0.0.1'),
        'address 10.0.0.1 is in use by Service shop/1: share it by giving both the same annotation metallb.io/allow-shared-ip, or choose another',
      ],
    ])
  })

  it('stay when there are to be more, and the last go when there are to be fewer', () => {
    const ipam = ipamOf({ a: '10.0.0.0/29 fd00::/126' })
    const web = (count: number): ReturnType<typeof service> => service('shop/web', counting(count, requireDual))
    const held = ['10.0.0.3', 'fd00::2'].map(address)
    expect(outcome(ipam.claim(web(3), held, shop))).to.equal('10.0.0.3 fd00::2 of a')
    expect(outcome(ipam.extend(web(3), shop))).to.equal('10.0.0.3 10.0.0.0 10.0.0.1 fd00::2 fd00:: fd00::1 of a')
    const all = ipam.allocationOf(web(3).key)?.addresses ?? []
    expect(outcome(ipam.claim(web(2), all, shop))).to.equal('10.0.0.3 10.0.0.0 fd00::2 fd00:: of a')
    expect(ipam.holdersOf(address('10.0.0.1'))).to.deep.equal([])
  })

  it('are added of the family that has room when the other has none', () => {
    const ipam = ipamOf({ a: '10.0.0.0/29 fd00::/128' })
    const web = service('shop/web', counting(2, requireDual))
    ipam.claim(web, ['10.0.0.0', 'fd00::'].map(address), shop)
    expect(outcome(ipam.extend(web, shop))).to.equal('10.0.0.0 10.0.0.1 fd00:: of a')
    expect(outcome(ipam.extend(web, shop))).to.equal('no available IPs in pool "a": every IPv6 address is in use')
  })

  it('count in the quota, each of them, but for those that the namespace has already', () => {
    const few = { few: { namespaces: ['shop'], quota: { addresses: { ipv4: 3 } } } }
    const ipam = ipamOf({ a: '10.0.0.0/28' }, few)
    tell(ipam, [
      ['shop/1', counting(2, sharing(80)), '10.0.0.0 10.0.0.1 of a'],
      ['shop/2', counting(2), 'namespace "shop" has 2 IPv4 addresses, and AllocationPolicy "few" allows it 3; 2 more are wanted'],
      ['shop/3', counting(3, sharing(443)), '10.0.0.0 10.0.0.1 10.0.0.2 of a'],
      ['shop/3', counting(2, sharing(443)), '10.0.0.0 10.0.0.1 of a'],
      [
        'shop/4',
        asking('10.0.0.7,10.0.0.8'),
        'namespace "shop" has 2 IPv4 addresses, and AllocationPolicy "few" allows it 3; 2 more are wanted',
      ],
    ])
    const alone = service('shop/1', counting(4, sharing(80)))
    expect(outcome(ipam.extend(alone, shop))).to.match(/allows it 3; 2 more are wanted$/)
  })
})

describe('A host part', () => {
  const hosting = (part: string, more?: ServiceOptions): ServiceOptions =>
    annotated({ 'metallb.io/host-part': part }, { clusterIPs: ['fd96::1'], ...more })
  const all = { a: 'fd00::10-fd00::1f fd00::1:0/120 fd01::/64 10.0.0.0/30', b: { addresses: ['fd02::/64'], autoAssign: false } }

  it('means the first prefix of the pool that is large enough and has the address free', () => {
    tell(ipamOf(all), [
      ['shop/1', hosting('::53'), 'fd00::1:53 of a'],
      ['shop/2', hosting('::53'), 'fd01::53 of a'],
      ['shop/3', hosting('::1:53'), 'fd01::1:53 of a'],
      [
        'shop/4',
        hosting('::53'),
        'no available IPs: address fd00::1:53 of pool "a" is in use by or held for Service shop/1; pool "b" has autoAssign: false and must be named',
      ],
      ['shop/4', hosting('::53', listing('b', { clusterIPs: ['fd96::1'] })), 'fd02::53 of b'],
      ['shop/5', hosting('::5'), 'fd00::15 of a'],
      [
        'shop/6',
        hosting('2001:db8::1', listing('b', { clusterIPs: ['fd96::1'] })),
        'pool "b" has no IPv6 prefix with room for host part 2001:db8::1',
      ],
    ])
  })

  it('is for IPv6 alone: the other family is as ever', () => {
    tell(ipamOf(all), [
      ['shop/1', hosting('::53', requireDual), '10.0.0.0 fd00::1:53 of a'],
      ['shop/2', hosting('::53', { clusterIPs: ['10.96.0.1'] }), '10.0.0.1 of a'],
      ['shop/3', hosting('::aaaa:0:0:0:1', preferDual), '10.0.0.2 of a'],
    ])
  })

  it('is shared like any address, and never the own address of a Node', () => {
    const reserved = [address('fd00::1:53')]
    const ipam = createIpam(pools({ a: 'fd00::1:0/120' }), { poolPriority: 'highest', reserved })
    tell(ipam, [
      ['shop/1', hosting('::53'), 'no available IPs: address fd00::1:53 of pool "a" is the own address of a Node'],
      ['shop/2', hosting('::54', sharing(80, { clusterIPs: ['fd96::1'] })), 'fd00::1:54 of a'],
    ])
    const third = annotated({ 'metallb.io/host-part': '::54' }, { ...sharing(443), clusterIPs: ['fd96::1'] })
    tell(ipam, [['shop/3', third, 'fd00::1:54 of a']])
  })

  it('is what a Service keeps when its pool gets another prefix', () => {
    const web = service('shop/web', hosting('::1:53'))
    expect(outcome(ipamOf({ a: 'fd01::/64' }).claim(web, [address('fd01::1:53')], shop))).to.equal('fd01::1:53 of a')
    const renumbered = ipamOf({ a: 'fd09::/64' })
    expect(outcome(renumbered.claim(web, [address('fd01::1:53')], shop))).to.equal('address fd01::1:53 is in no IPAddressPool')
    expect(outcome(renumbered.allocate(web, shop))).to.equal('fd09::1:53 of a')
    expect(outcome(renumbered.claim(web, [address('fd09::7')], shop))).to.equal('the Service asks for host part ::1:53 but holds fd09::7')
  })
})
