import { expect } from 'chai'
import fc from 'fast-check'
import { formatAddress } from '../../../core/address.ts'
import { compilePools } from '../../../core/config/pools.ts'
import { createIpam } from '../../../core/ipam.ts'
import type { Allocation } from '../../../core/ledger.ts'
import type { NamespaceView } from '../../../core/namespace.ts'
import type { ServiceView } from '../../../core/service.ts'
import type { IPAddressPool } from '../../../schemas/generated/types.ts'
import { NaiveIpam } from './naive-ipam.ts'
import { address, namespaceOf, poolObject, service } from './objects.ts'

// Tiny pools around an octet's border, so that they fill up, and so that .0 and .255 are in them.
const ranges = [
  ['10.0.0.252-10.0.1.1', '10.0.1.2/31', '10.0.0.250-10.0.0.251', 'fd00::1-fd00::2', 'fd00::8/127'],
  ['10.0.2.0/31', '10.0.2.4/30', 'fd00:1::/126'],
  ['10.0.3.254-10.0.4.2', 'fd00:2::ff'],
  ['10.0.5.1/32', '10.0.6.0/32'],
].map((list) => list.map((text) => (text.includes('/') || text.includes('-') ? text : `${text}/128`)))

const namespaceViews = [namespaceOf('shop'), namespaceOf('bank', { tier: 'gold' }), namespaceOf('lab', {}, 'p1')] as const

const allocation = fc.record(
  {
    priority: fc.constantFrom(0, 1, 50, 100),
    namespaces: fc.subarray(['shop', 'bank']),
    namespaceSelectors: fc.constantFrom([], [{ matchLabels: { tier: 'gold' } }], [{ matchLabels: { tier: 'none' } }]),
    serviceSelectors: fc.constantFrom([], [{ matchLabels: { app: 'a' } }]),
  },
  { requiredKeys: [] },
)

const poolList = fc.subarray([0, 1, 2, 3]).chain((indexes) =>
  fc.tuple(
    ...indexes.map((index) =>
      fc
        .record({
          addresses: fc.shuffledSubarray(ranges[index] ?? [], { minLength: 1 }),
          autoAssign: fc.boolean(),
          avoidBuggyIPs: fc.boolean(),
          allocation: fc.option(allocation),
          isDefault: fc.boolean(),
        })
        .map(
          ({ addresses, autoAssign, avoidBuggyIPs, allocation: serviceAllocation, isDefault }): IPAddressPool =>
            poolObject(
              `p${index}`,
              { addresses, autoAssign, avoidBuggyIPs, ...(serviceAllocation === null ? {} : { serviceAllocation }) },
              isDefault ? { annotations: { 'metallb.io/is-default-pool': 'true' } } : {},
            ),
        ),
    ),
  ),
)

const someAddress = fc.constantFrom(
  '10.0.0.252',
  '10.0.0.255',
  '10.0.1.0',
  '10.0.2.0',
  '10.0.4.1',
  '10.0.5.1',
  'fd00::1',
  'fd00::2',
  'fd00:1::3',
  'fd00:2::ff',
  '10.9.9.9',
)

const annotations = fc.record(
  {
    'metallb.io/address-pool': fc.constantFrom('p0', 'p1', 'gone'),
    'metallb.io/address-pool-source': fc.constant('default'),
    'metallb.io/loadBalancerIPs': fc.uniqueArray(someAddress, { minLength: 1, maxLength: 2 }).map((texts) => texts.join(',')),
    'metallb.io/allow-shared-ip': fc.constantFrom('x', 'y'),
  },
  { requiredKeys: [] },
)

const serviceView = fc
  .record({
    number: fc.integer({ min: 0, max: 9 }),
    annotations: fc.oneof(
      fc.constant({}),
      fc.constantFrom('x', 'x', 'y').map((key) => ({ 'metallb.io/allow-shared-ip': key })),
      annotations,
    ),
    labels: fc.constantFrom({}, { app: 'a' }),
    clusterIPs: fc.constantFrom(['10.96.0.1'], ['fd96::1'], ['10.96.0.1', 'fd96::1'], ['fd96::1', '10.96.0.1']),
    ipFamilyPolicy: fc.constantFrom('PreferDualStack', 'RequireDualStack', 'SingleStack'),
    port: fc.constantFrom(80, 443),
    protocol: fc.constantFrom('TCP', 'UDP'),
    externalTrafficPolicy: fc.constantFrom('Cluster', 'Local'),
    selector: fc.constantFrom({ app: 'a' }, { app: 'b' }),
  })
  .map(({ number, annotations: texts, labels, clusterIPs, ipFamilyPolicy, port, protocol, externalTrafficPolicy, selector }) => {
    const namespace = namespaceViews[number % 3] ?? namespaceViews[0]
    const spec = { ipFamilyPolicy, ports: [{ port, protocol }], externalTrafficPolicy, selector }
    return { view: service(`${namespace.name}/s${number}`, { annotations: { ...texts }, labels, clusterIPs, spec }), namespace }
  })

type Step = { readonly verb: 'allocate' | 'release' | 'vacate' | 'settle' | 'claim' | 'keep'; readonly addresses: readonly string[] } & {
  readonly view: ServiceView
  readonly namespace: NamespaceView
}

const step = fc
  .tuple(
    serviceView,
    fc.constantFrom(
      'allocate' as const,
      'allocate' as const,
      'release' as const,
      'vacate' as const,
      'settle' as const,
      'claim' as const,
      'keep' as const,
    ),
    fc.uniqueArray(someAddress, { minLength: 1, maxLength: 2 }),
  )
  .map(([subject, verb, addresses]): Step => ({ ...subject, verb, addresses }))

const shown = (result: { readonly ok: boolean; readonly value?: Allocation }): unknown =>
  result.value === undefined ? undefined : { pool: result.value.pool, addresses: result.value.addresses.map(formatAddress) }

describe('The allocator', () => {
  it('does what the naive one does, over random histories', () => {
    fc.assert(
      fc.property(
        poolList,
        fc.constantFrom('highest' as const, 'lowest' as const),
        fc.subarray(['10.0.0.253', 'fd00:1::1', '10.0.5.1']),
        fc.array(step, { maxLength: 60, size: 'max' }),
        (objects, poolPriority, reserved, steps) => {
          const { pools, problems } = compilePools(objects)
          for (const found of problems.values()) expect(found.every(({ code }) => code === 'SecondDefaultPool')).to.equal(true)
          const ipam = createIpam(pools, { poolPriority, reserved: reserved.map(address) })
          const naive = new NaiveIpam(pools, poolPriority === 'highest', reserved)
          for (const { verb, view, namespace, addresses } of steps) {
            switch (verb) {
              case 'allocate':
                expect(shown(ipam.allocate(view, namespace))).to.deep.equal(naive.allocate(view, namespace))
                break
              case 'claim':
                expect(shown(ipam.claim(view, addresses.map(address), namespace))).to.deep.equal(naive.claim(view, addresses, namespace))
                break
              case 'keep': {
                const held = ipam.allocationOf(view.key)?.addresses ?? []
                if (held.length === 0) break
                expect(shown(ipam.claim(view, held, namespace))).to.deep.equal(naive.claim(view, held.map(formatAddress), namespace))
                break
              }
              case 'release':
                ipam.release(view.key)
                naive.release(view.key)
                break
              case 'vacate':
                ipam.vacate(view.key)
                naive.vacate(view.key)
                break
              case 'settle':
                ipam.settle(view.key)
                naive.settle(view.key)
                break
            }
            expect(ipam.allocationOf(view.key)?.addresses.map(formatAddress)).to.deep.equal(naive.held(view.key))
          }
          for (const pool of pools) {
            const usage = ipam.usage(pool.name)
            const used = naive.used(pool)
            expect(usage?.assignedIPv4).to.equal(BigInt(used.filter((text) => !text.includes(':')).length))
            const total = naive.total(pool)
            expect(usage?.totalIPv4).to.equal(BigInt(total.filter((text) => !text.includes(':')).length))
            expect(usage?.totalIPv6).to.equal(BigInt(total.filter((text) => text.includes(':')).length))
            expect(usage?.assignedIPv6).to.equal(BigInt(used.filter((text) => text.includes(':')).length))
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
