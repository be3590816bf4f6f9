// Worlds for property tests: pools, Services and requests that collide often.
import fc from 'fast-check'
import type { IPAddressPool } from '../../../schemas/generated/types.ts'
import { namespaceOf, poolObject } from './objects.ts'

// Tiny pools around an octet's border, so that they fill up, and so that .0 and .255 are in them.
const ranges = [
  ['10.0.0.252-10.0.1.1', '10.0.1.2/31', '10.0.0.250-10.0.0.251', 'fd00::1-fd00::2', 'fd00::8/127'],
  ['10.0.2.0/31', '10.0.2.4/30', 'fd00:1::/126'],
  ['10.0.3.254-10.0.4.2', 'fd00:2::ff'],
  ['10.0.5.1/32', '10.0.6.0/32'],
].map((list) => list.map((text) => (text.includes('/') || text.includes('-') ? text : `${text}/128`)))

export const namespaceViews = [namespaceOf('shop'), namespaceOf('bank', { tier: 'gold' }), namespaceOf('lab', {}, 'p1')] as const

const allocation = fc.record(
  {
    priority: fc.constantFrom(0, 1, 50, 100),
    namespaces: fc.subarray(['shop', 'bank']),
    namespaceSelectors: fc.constantFrom([], [{ matchLabels: { tier: 'gold' } }], [{ matchLabels: { tier: 'none' } }]),
    serviceSelectors: fc.constantFrom([], [{ matchLabels: { app: 'a' } }]),
  },
  { requiredKeys: [] },
)

export const poolList = fc.subarray([0, 1, 2, 3]).chain((indexes) =>
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

export const allAddresses = [
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
] as const

export const someAddress = fc.constantFrom(...allAddresses)

const annotations = fc.record(
  {
    'metallb.io/address-pool': fc.oneof(
      fc.constantFrom('p0', 'p1', 'gone'),
      fc.shuffledSubarray(['p0', 'p1', 'p2', 'p3', 'gone'], { minLength: 2 }).map((names) => names.join(', ')),
      fc.constantFrom('p0,', 'p1,p1'),
    ),
    'metallb.io/address-pool-source': fc.constant('default'),
    'metallb.io/loadBalancerIPs': fc.uniqueArray(someAddress, { minLength: 1, maxLength: 4 }).map((texts) => texts.join(',')),
    'metallb.io/address-count': fc.constantFrom('2', '2', '3', '1', '0'),
    'metallb.io/host-part': fc.constantFrom('::', '::1', '::2', '::3', '::ff', 'x'),
    'metallb.io/allow-shared-ip': fc.constantFrom('x', 'y'),
  },
  { requiredKeys: [] },
)

export const someService = fc
  .record({
    number: fc.integer({ min: 0, max: 9 }),
    annotations: fc.oneof(
      fc.constant({}),
      fc.constantFrom('x', 'x', 'y').map((key) => ({ 'metallb.io/allow-shared-ip': key })),
      fc.constantFrom('2', '3').map((count) => ({ 'metallb.io/address-count': count })),
      fc.constantFrom('::', '::1', '::3').map((part) => ({ 'metallb.io/host-part': part })),
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
    return { key: `${namespace.name}/s${number}`, namespace, options: { annotations: { ...texts }, labels, clusterIPs, spec } }
  })
