// Right and wrong objects of every kind, with the verdict of each judge. The unit tests put them before ajv; a test with a real API server
// puts the same objects before its schema and CEL. Names complete the sentence "The object …".

export interface Example {
  readonly object: ApiObject
  /** What the object replaces, when the case is an update. */
  readonly before?: ApiObject
  /** Where ajv objects, as instance paths such as `/spec/addresses/0`; empty when the shape is right. */
  readonly shape: readonly string[]
  /** Where the API server objects, as fields such as `spec.addresses[0]`; empty when it stores the object. */
  readonly server: readonly string[]
  /** A part of what the API server says. */
  readonly says?: string
}

export interface ApiObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels?: Readonly<Record<string, string>> }
  readonly spec?: unknown
  readonly status?: unknown
}

const object = (kind: string, spec: unknown, version = 'v1beta1'): ApiObject => ({
  apiVersion: `metallb.io/${version}`,
  kind,
  metadata: { name: 'example', namespace: 'metallb-system' },
  ...(spec === undefined ? {} : { spec }),
})
const pool = (spec: unknown) => object('IPAddressPool', spec)
const addresses = (...ranges: readonly unknown[]) => pool({ addresses: ranges })
const l2 = (spec?: unknown) => object('L2Advertisement', spec)
const bgp = (spec?: unknown) => object('BGPAdvertisement', spec)
const peer = (spec: unknown) => object('BGPPeer', spec, 'v1beta2')
const oldPeer = (spec: unknown) => object('BGPPeer', spec, 'v1beta1')
const router = (more: Readonly<Record<string, unknown>> = {}) => peer({ myASN: 65001, peerASN: 65000, peerAddress: '10.0.1.1', ...more })
const oldRouter = (more: Readonly<Record<string, unknown>> = {}) =>
  oldPeer({ myASN: 65001, peerASN: 65000, peerAddress: '10.0.1.1', ...more })
const bfd = (spec?: unknown) => object('BFDProfile', spec)
const community = (...communities: readonly unknown[]) => object('Community', { communities })
const policy = (spec: unknown) => object('AllocationPolicy', spec, 'v1alpha1')
const validation = (more: Readonly<Record<string, unknown>> = {}) => policy({ validations: [{ expression: 'true', ...more }] })
const quota = (addresses: unknown, more: Readonly<Record<string, unknown>> = {}) => policy({ quota: { addresses }, ...more })

/** Both judges agree that it is right. */
const right = (example: ApiObject): Example => ({ object: example, shape: [], server: [] })
/** Only CEL can tell: ajv sees the right shape. */
const celRefuses = (example: ApiObject, field: string, says?: string): Example => ({
  object: example,
  shape: [],
  server: [field],
  ...(says === undefined ? {} : { says }),
})
/** Wrong in shape, for ajv and for the API server. */
const misshapen = (example: ApiObject, path: string, field: string): Example => ({ object: example, shape: [path], server: [field] })

const aName = 'a'.repeat(254)

const pools: Readonly<Record<string, Example>> = {
  'is a pool of one IPv4 range': right(addresses('192.168.1.100-192.168.1.110')),
  'is a pool of several ranges': right(addresses('192.168.1.100-192.168.1.110', '192.168.1.200-192.168.1.210', '10.0.0.50-10.0.0.60')),
  'is a pool of CIDRs': right(addresses('192.168.10.0/28', '10.10.10.0/24')),
  'is a pool of IPv6': right(addresses('2001:db8:1::100-2001:db8:1::110', 'fd00:dead:beef::/120')),
  'is a pool of both families': right(addresses('192.168.1.100-192.168.1.110', '2001:db8:1::100-2001:db8:1::110')),
  'is a pool for explicit requests': right(pool({ addresses: ['192.168.1.200-192.168.1.210'], autoAssign: false })),
  'is a pool that avoids .0 and .255': right(pool({ addresses: ['192.168.1.0/24'], avoidBuggyIPs: true })),
  'is a pool with every field': right(
    pool({
      addresses: ['192.168.1.100-192.168.1.150', '192.168.2.0/28', '2001:db8:1::1-2001:db8:1::100'],
      autoAssign: true,
      avoidBuggyIPs: true,
      serviceAllocation: {
        priority: 50,
        namespaces: ['production', 'staging'],
        namespaceSelectors: [{ matchLabels: { pool: 'premium' } }],
        serviceSelectors: [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'api'] }] }],
      },
    }),
  ),
  'is a pool with nothing but a priority': right(pool({ addresses: ['192.168.2.100-192.168.2.110'], serviceAllocation: { priority: 50 } })),
  'is a pool with an empty serviceAllocation': right(pool({ addresses: ['192.168.2.0/24'], serviceAllocation: {} })),
  'is a pool with selectors of Services by zone': right(
    pool({
      addresses: ['10.0.3.100-10.0.3.120'],
      serviceAllocation: { priority: 100, serviceSelectors: [{ matchLabels: { 'metallb.io/zone': 'zone-a' } }] },
    }),
  ),
  'is a pool with a CIDR whose host bits are set': right(addresses('198.51.100.10/24')),
  'is a pool with single addresses': right(addresses('192.168.1.5/32', '2001:db8::5/128')),
  'is a pool with a range of one address': right(addresses('192.168.1.5-192.168.1.5')),
  'is a pool with spaces around the dash': right(addresses('192.168.1.10 - 192.168.1.20')),
  'is a pool of 1024 ranges': right(addresses(...Array.from({ length: 1024 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`))),
  // No judge here has an order of addresses: the webhook and the allocator refuse these two.
  'is a pool with a range that ends before it starts': right(addresses('192.168.1.110-192.168.1.100')),
  'is a pool with two ranges that overlap': right(addresses('192.168.1.0/24', '192.168.1.100-192.168.1.110')),

  'is a pool without spec': misshapen(pool(undefined), '', 'spec'),
  'is a pool without addresses': misshapen(pool({}), '/spec', 'spec.addresses'),
  'is a pool with a text for addresses': misshapen(pool({ addresses: '192.168.1.0/24' }), '/spec/addresses', 'spec.addresses'),
  'is a pool with a number among the addresses': misshapen(addresses('10.0.0.0/8', 5), '/spec/addresses/1', 'spec.addresses[1]'),
  'is a pool with autoAssign in quotes': misshapen(
    pool({ addresses: ['10.0.0.0/8'], autoAssign: 'yes' }),
    '/spec/autoAssign',
    'spec.autoAssign',
  ),
  'is a pool of 1025 ranges': misshapen(
    addresses(...Array.from({ length: 1025 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`)),
    '/spec/addresses',
    'spec.addresses',
  ),
  'is a pool with an endless text as range': misshapen(addresses('1'.repeat(129)), '/spec/addresses/0', 'spec.addresses[0]'),
  'is a pool with a negative priority': misshapen(
    pool({ addresses: ['10.0.0.0/8'], serviceAllocation: { priority: -1 } }),
    '/spec/serviceAllocation/priority',
    'spec.serviceAllocation.priority',
  ),
  'is a pool with half a priority': misshapen(
    pool({ addresses: ['10.0.0.0/8'], serviceAllocation: { priority: 1.5 } }),
    '/spec/serviceAllocation/priority',
    'spec.serviceAllocation.priority',
  ),
  'is a pool with an unknown selector operator': misshapen(
    pool({ addresses: ['10.0.0.0/8'], serviceAllocation: { serviceSelectors: [{ matchExpressions: [{ key: 'app', operator: 'in' }] }] } }),
    '/spec/serviceAllocation/serviceSelectors/0/matchExpressions/0/operator',
    'spec.serviceAllocation.serviceSelectors[0].matchExpressions[0].operator',
  ),
  'is a pool with a label value that cannot exist': misshapen(
    pool({ addresses: ['10.0.0.0/8'], serviceAllocation: { serviceSelectors: [{ matchLabels: { app: 'a b' } }] } }),
    '/spec/serviceAllocation/serviceSelectors/0/matchLabels/app',
    'spec.serviceAllocation.serviceSelectors[0].matchLabels.app',
  ),
  // What the schema does not know the API server drops before anyone sees it, and kubectl reports as "unknown field".
  'is a pool with a misspelt field': {
    object: pool({ addresses: ['10.0.0.0/8'], autoasign: false }),
    shape: ['/spec'],
    server: [],
  },
  'is a pool with a status that its author made up': right({ ...addresses('10.0.0.0/8'), status: { mood: 'good' } }),
  'is a pool with an empty list': celRefuses(addresses(), 'spec.addresses', 'a pool needs at least one range'),
  'is a pool with a bare IPv4 address': celRefuses(addresses('192.168.1.5'), 'spec.addresses[0]', 'is written as "192.168.1.5/32"'),
  'is a pool with a bare IPv6 address': celRefuses(addresses('2001:db8::5'), 'spec.addresses[0]', 'is written as "2001:db8::5/128"'),
  'is a pool with a name for an address': celRefuses(addresses('gateway'), 'spec.addresses[0]', 'must be a CIDR such as'),
  'is a pool with an empty address': celRefuses(addresses(''), 'spec.addresses[0]', 'must be a CIDR such as'),
  'is a pool with leading zeros': celRefuses(addresses('192.168.010.0/24'), 'spec.addresses[0]', 'must be a CIDR such as'),
  'is a pool with a leading zero in the length': celRefuses(addresses('10.0.0.0/08'), 'spec.addresses[0]', 'must be a CIDR such as'),
  'is a pool with a length beyond 32': celRefuses(addresses('10.0.0.0/33'), 'spec.addresses[0]', 'must be a CIDR such as'),
  'is a pool with an IPv6 zone': celRefuses(addresses('fe80::1%eth0/64'), 'spec.addresses[0]', 'must be a CIDR such as'),
  'is a pool with IPv4 inside IPv6': celRefuses(addresses('::ffff:10.0.0.0/104'), 'spec.addresses[0]', 'must be a CIDR such as'),
  'is a pool with a range from IPv4 to IPv6': celRefuses(addresses('10.0.0.1-fd00::1'), 'spec.addresses[0]', 'both ends of a range'),
  'is a pool with a range without end': celRefuses(addresses('10.0.0.1-'), 'spec.addresses[0]', 'a range is two IP addresses'),
  'is a pool with a range of three': celRefuses(
    addresses('10.0.0.1-10.0.0.2-10.0.0.3'),
    'spec.addresses[0]',
    'a range is two IP addresses',
  ),
  'is a pool with a range that shortens its end': celRefuses(addresses('10.0.0.1-20'), 'spec.addresses[0]', 'a range is two IP addresses'),
  'is a pool with a range of CIDRs': celRefuses(addresses('10.0.0.0/24-10.0.1.0/24'), 'spec.addresses[0]', 'a range is two IP addresses'),
  'is a pool with two mistakes': {
    object: addresses('10.0.0.0/24', 'x', '10.0.0.1-y'),
    shape: [],
    server: ['spec.addresses[1]', 'spec.addresses[2]'],
  },
  'is a pool that names a namespace twice': celRefuses(
    pool({ addresses: ['10.0.0.0/8'], serviceAllocation: { namespaces: ['shop', 'blog', 'shop'] } }),
    'spec.serviceAllocation.namespaces',
    'names a namespace twice',
  ),
  'is a pool with operator In and no values': celRefuses(
    pool({
      addresses: ['10.0.0.0/8'],
      serviceAllocation: { namespaceSelectors: [{ matchExpressions: [{ key: 'app', operator: 'In' }] }] },
    }),
    'spec.serviceAllocation.namespaceSelectors[0].matchExpressions[0]',
    'In and NotIn need values',
  ),
}

const l2Advertisements: Readonly<Record<string, Example>> = {
  'is an L2Advertisement without spec': right(l2()),
  'is an L2Advertisement with an empty spec': right(l2({})),
  'is an L2Advertisement of two pools': right(l2({ ipAddressPools: ['production-pool', 'backup-pool'] })),
  'is an L2Advertisement with selectors of pools': right(
    l2({
      ipAddressPoolSelectors: [
        { matchLabels: { environment: 'production' } },
        { matchExpressions: [{ key: 'tier', operator: 'In', values: ['frontend', 'api'] }] },
      ],
    }),
  ),
  'is an L2Advertisement from the workers of two segments': right(
    l2({
      ipAddressPools: ['worker-pool'],
      nodeSelectors: [
        { matchLabels: { 'node-role.kubernetes.io/worker': 'true' } },
        { matchExpressions: [{ key: 'network-segment', operator: 'In', values: ['segment-a', 'segment-b'] }] },
      ],
    }),
  ),
  'is an L2Advertisement on two interfaces': right(l2({ ipAddressPools: ['main-pool'], interfaces: ['eth0', 'bond0'] })),
  'is an L2Advertisement of some Services': right(l2({ serviceSelectors: [{ matchLabels: { exposure: 'public' } }] })),
  'is an L2Advertisement with preferred nodes': right(
    l2({ preferredNodeSelectors: [{ weight: 100, preference: { matchLabels: { 'topology.kubernetes.io/zone': 'zone-a' } } }] }),
  ),
  'is an L2Advertisement that selects every pool by an empty selector': right(l2({ ipAddressPoolSelectors: [{}] })),
  'is an L2Advertisement from nodes that have a label': right(
    l2({ nodeSelectors: [{ matchExpressions: [{ key: 'metallb-speaker', operator: 'Exists' }] }] }),
  ),

  'is an L2Advertisement with a text for pools': misshapen(
    l2({ ipAddressPools: 'production-pool' }),
    '/spec/ipAddressPools',
    'spec.ipAddressPools',
  ),
  'is an L2Advertisement of a pool without name': misshapen(
    l2({ ipAddressPools: [''] }),
    '/spec/ipAddressPools/0',
    'spec.ipAddressPools[0]',
  ),
  'is an L2Advertisement of a pool whose name is too long': misshapen(
    l2({ ipAddressPools: [aName] }),
    '/spec/ipAddressPools/0',
    'spec.ipAddressPools[0]',
  ),
  'is an L2Advertisement with one selector in place of a list': misshapen(
    l2({ nodeSelectors: { matchLabels: { a: 'b' } } }),
    '/spec/nodeSelectors',
    'spec.nodeSelectors',
  ),
  'is an L2Advertisement with a weight of 0': misshapen(
    l2({ preferredNodeSelectors: [{ weight: 0, preference: {} }] }),
    '/spec/preferredNodeSelectors/0/weight',
    'spec.preferredNodeSelectors[0].weight',
  ),
  'is an L2Advertisement with a weight of 101': misshapen(
    l2({ preferredNodeSelectors: [{ weight: 101, preference: {} }] }),
    '/spec/preferredNodeSelectors/0/weight',
    'spec.preferredNodeSelectors[0].weight',
  ),
  'is an L2Advertisement with a weight for no one': misshapen(
    l2({ preferredNodeSelectors: [{ weight: 1 }] }),
    '/spec/preferredNodeSelectors/0',
    'spec.preferredNodeSelectors[0].preference',
  ),
  'is an L2Advertisement with a number as label value': misshapen(
    l2({ nodeSelectors: [{ matchLabels: { rack: 7 } }] }),
    '/spec/nodeSelectors/0/matchLabels/rack',
    'spec.nodeSelectors[0].matchLabels.rack',
  ),
  'is an L2Advertisement with a label name that cannot exist': misshapen(
    l2({ nodeSelectors: [{ matchExpressions: [{ key: 'a/b/c', operator: 'Exists' }] }] }),
    '/spec/nodeSelectors/0/matchExpressions/0/key',
    'spec.nodeSelectors[0].matchExpressions[0].key',
  ),
  'is an L2Advertisement that names a pool twice': celRefuses(
    l2({ ipAddressPools: ['a', 'b', 'a'] }),
    'spec.ipAddressPools',
    'names a pool twice',
  ),
  'is an L2Advertisement with operator Exists and values': celRefuses(
    l2({ nodeSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] }] }),
    'spec.nodeSelectors[0].matchExpressions[0]',
    'Exists and DoesNotExist take none',
  ),
}

const bgpAdvertisements: Readonly<Record<string, Example>> = {
  'is a BGPAdvertisement without spec': right(bgp()),
  'is a BGPAdvertisement with an empty spec': right(bgp({})),
  'is a BGPAdvertisement with peers, communities and lengths': right(
    bgp({
      ipAddressPools: ['bgp-pool-production'],
      peers: ['router-1'],
      communities: ['65000:100', 'no-export', 'large:65000:1:4294967295'],
      localPref: 100,
      aggregationLength: 32,
      aggregationLengthV6: 128,
    }),
  ),
  'is a BGPAdvertisement of some Services': right(bgp({ serviceSelectors: [{ matchLabels: { app: 'web' } }] })),
  'is a BGPAdvertisement with the highest localPref': right(bgp({ localPref: 4294967295 })),

  'is a BGPAdvertisement with a localPref of 33 bits': misshapen(bgp({ localPref: 4294967296 }), '/spec/localPref', 'spec.localPref'),
  'is a BGPAdvertisement with aggregationLength 33': misshapen(
    bgp({ aggregationLength: 33 }),
    '/spec/aggregationLength',
    'spec.aggregationLength',
  ),
  'is a BGPAdvertisement with aggregationLength 0': misshapen(
    bgp({ aggregationLength: 0 }),
    '/spec/aggregationLength',
    'spec.aggregationLength',
  ),
  'is a BGPAdvertisement with aggregationLengthV6 129': misshapen(
    bgp({ aggregationLengthV6: 129 }),
    '/spec/aggregationLengthV6',
    'spec.aggregationLengthV6',
  ),
  'is a BGPAdvertisement with 64 communities': misshapen(
    bgp({ communities: Array.from({ length: 64 }, (_, index) => `65000:${index}`) }),
    '/spec/communities',
    'spec.communities',
  ),
  'is a BGPAdvertisement that aggregates for some Services': celRefuses(
    bgp({ serviceSelectors: [{ matchLabels: { app: 'web' } }], aggregationLength: 24 }),
    'spec.serviceSelectors',
    'serviceSelectors need single addresses',
  ),
  'is a BGPAdvertisement that aggregates IPv6 for some Services': celRefuses(
    bgp({ serviceSelectors: [{ matchLabels: { app: 'web' } }], aggregationLengthV6: 64 }),
    'spec.serviceSelectors',
    'serviceSelectors need single addresses',
  ),
  'is a BGPAdvertisement with a community of 17 bits': celRefuses(
    bgp({ communities: ['65536:1'] }),
    'spec.communities[0]',
    'the numbers of a community end at 65535',
  ),
  'is a BGPAdvertisement with a large community of 33 bits': celRefuses(
    bgp({ communities: ['large:1:4294967296:1'] }),
    'spec.communities[0]',
    'those of a large community at 4294967295',
  ),
  'is a BGPAdvertisement with a large community without the word': celRefuses(
    bgp({ communities: ['1:2:3'] }),
    'spec.communities[0]',
    'three after the word large',
  ),
  'is a BGPAdvertisement with an extended community': celRefuses(
    bgp({ communities: ['rt:65000:1'] }),
    'spec.communities[0]',
    'three after the word large',
  ),
  'is a BGPAdvertisement with the same community twice': celRefuses(
    bgp({ communities: ['65000:1', '65000:1'] }),
    'spec.communities',
    'lists a community twice',
  ),
  'is a BGPAdvertisement with the same peer twice': celRefuses(bgp({ peers: ['a', 'a'] }), 'spec.peers', 'names a peer twice'),
}

const peers: Readonly<Record<string, Example>> = {
  'is a BGPPeer with a password in a Secret': right(
    router({
      sourceAddress: '10.0.2.10',
      routerID: '10.0.2.10',
      holdTime: '90s',
      keepaliveTime: '30s',
      passwordSecret: { name: 'bgp-auth', key: 'password' },
      bfdProfile: 'default-bfd',
    }),
  ),
  'is a BGPPeer of some nodes': right(
    router({
      holdTime: '180s',
      keepaliveTime: '60s',
      passwordSecret: { name: 'bgp-auth-primary', key: 'password' },
      nodeSelectors: [{ matchLabels: { 'metallb.io/bgp-node': 'primary' } }],
    }),
  ),
  'is a BGPPeer with the fewest fields': right(router()),
  'is a BGPPeer found on a link': right(peer({ myASN: 65001, dynamicASN: 'external', interface: 'eth1' })),
  'is a BGPPeer with every other field': right(
    router({
      localASN: 65010,
      peerPort: 1179,
      connectTime: '10s',
      password: 'secret',
      passwordSecret: {},
      enableGracefulRestart: true,
      ebgpMultiHop: true,
      vrf: 'red',
      disableMP: true,
      dualStackAddressFamily: true,
    }),
  ),
  'is a BGPPeer of the same AS': right(router({ peerASN: 65001 })),
  'is a BGPPeer with the highest AS numbers': right(router({ myASN: 4294967295, peerASN: 4294967294 })),
  'is a BGPPeer reached over IPv6': right(router({ peerAddress: 'fd00::1', sourceAddress: 'fd00::2' })),
  'is a BGPPeer with a session that never times out': right(router({ holdTime: '0s', keepaliveTime: '0s' })),
  'is a BGPPeer with equal timers': right(router({ holdTime: '1m30s', keepaliveTime: '90s' })),
  'is a BGPPeer with a keepalive time alone': right(router({ keepaliveTime: '1s' })),
  'is a BGPPeer with fields that are empty': right(
    router({ interface: '', sourceAddress: '', routerID: '', password: '', bfdProfile: '' }),
  ),

  'is a BGPPeer without spec': misshapen(peer(undefined), '', 'spec'),
  'is a BGPPeer without myASN': misshapen(peer({ peerASN: 65000, peerAddress: '10.0.1.1' }), '/spec', 'spec.myASN'),
  'is a BGPPeer with AS 0': misshapen(router({ myASN: 0 }), '/spec/myASN', 'spec.myASN'),
  'is a BGPPeer with an AS of 33 bits': misshapen(router({ peerASN: 4294967296 }), '/spec/peerASN', 'spec.peerASN'),
  'is a BGPPeer with port 0': misshapen(router({ peerPort: 0 }), '/spec/peerPort', 'spec.peerPort'),
  'is a BGPPeer with port 16385': misshapen(router({ peerPort: 16385 }), '/spec/peerPort', 'spec.peerPort'),
  'is a BGPPeer with seconds as a number': misshapen(router({ holdTime: 90 }), '/spec/holdTime', 'spec.holdTime'),
  'is a BGPPeer with an unknown dynamicASN': misshapen(
    peer({ myASN: 65001, dynamicASN: 'any', peerAddress: '10.0.1.1' }),
    '/spec/dynamicASN',
    'spec.dynamicASN',
  ),
  'is a BGPPeer with a password that TCP MD5 cannot take': misshapen(
    router({ password: 'p'.repeat(81) }),
    '/spec/password',
    'spec.password',
  ),
  'is a BGPPeer with a key that no Secret can have': misshapen(
    router({ passwordSecret: { name: 'bgp-auth', key: 'pass word' } }),
    '/spec/passwordSecret/key',
    'spec.passwordSecret.key',
  ),
  'is a BGPPeer without AS of the router': celRefuses(peer({ myASN: 1, peerAddress: '10.0.1.1' }), 'spec.peerASN', 'set either peerASN'),
  'is a BGPPeer with both kinds of AS': celRefuses(router({ dynamicASN: 'internal' }), 'spec.peerASN', 'set either peerASN'),
  'is a BGPPeer without address': celRefuses(peer({ myASN: 1, peerASN: 2 }), 'spec.peerAddress', 'set either peerAddress'),
  'is a BGPPeer with address and interface': celRefuses(router({ interface: 'eth0' }), 'spec.peerAddress', 'set either peerAddress'),
  'is a BGPPeer with two passwords': celRefuses(
    router({ password: 'x', passwordSecret: { name: 'bgp-auth' } }),
    'spec.password',
    'set either password or passwordSecret',
  ),
  'is a BGPPeer of the same AS over many hops': celRefuses(
    router({ peerASN: 65001, ebgpMultiHop: true }),
    'spec.ebgpMultiHop',
    'is for routers of another AS',
  ),
  'is a BGPPeer with a name for its address': celRefuses(router({ peerAddress: 'router' }), 'spec.peerAddress', 'must be an IP address'),
  'is a BGPPeer with a zone in its address': celRefuses(
    router({ peerAddress: 'fe80::1%eth0' }),
    'spec.peerAddress',
    'must be an IP address',
  ),
  'is a BGPPeer with a CIDR as source': celRefuses(router({ sourceAddress: '10.0.0.1/24' }), 'spec.sourceAddress', 'must be an IP address'),
  'is a BGPPeer with a source of the other family': celRefuses(
    router({ sourceAddress: 'fd00::1' }),
    'spec.sourceAddress',
    'same IP family',
  ),
  'is a BGPPeer with an IPv6 router ID': celRefuses(router({ routerID: 'fd00::1' }), 'spec.routerID', 'must be an IPv4 address'),
  'is a BGPPeer with a hold time without unit': celRefuses(router({ holdTime: '90' }), 'spec.holdTime', 'must be a duration'),
  'is a BGPPeer with a hold time in words': celRefuses(router({ holdTime: '90 seconds' }), 'spec.holdTime', 'must be a duration'),
  'is a BGPPeer with a hold time of 2s': celRefuses(router({ holdTime: '2s' }), 'spec.holdTime', 'between 3s and 65535s'),
  'is a BGPPeer with a hold time of a day': celRefuses(router({ holdTime: '24h' }), 'spec.holdTime', 'between 3s and 65535s'),
  'is a BGPPeer with a negative hold time': celRefuses(router({ holdTime: '-90s' }), 'spec.holdTime', 'must be a duration'),
  'is a BGPPeer with more keepalive than hold time': celRefuses(
    router({ holdTime: '30s', keepaliveTime: '31s' }),
    'spec.keepaliveTime',
    'must not be longer than holdTime',
  ),
  'is a BGPPeer with too short a keepalive time alone': celRefuses(
    router({ keepaliveTime: '500ms' }),
    'spec.keepaliveTime',
    'three times as long',
  ),
  'is a BGPPeer with a connect time of nothing': celRefuses(router({ connectTime: '0s' }), 'spec.connectTime', 'between 1s and 65535s'),
  'is a BGPPeer with half a second in its connect time': celRefuses(router({ connectTime: '1500ms' }), 'spec.connectTime', 'whole seconds'),
  'is a BGPPeer that starts graceful restart later': {
    ...celRefuses(router({ enableGracefulRestart: true }), 'spec.enableGracefulRestart', 'delete the peer and create it again'),
    before: router(),
  },
  'is a BGPPeer that ends graceful restart later': {
    ...celRefuses(router(), 'spec.enableGracefulRestart', 'delete the peer and create it again'),
    before: router({ enableGracefulRestart: true }),
  },
  'is a BGPPeer that says false to graceful restart later': {
    ...right(router({ enableGracefulRestart: false })),
    before: router(),
  },

  'is a v1beta1 BGPPeer': right(oldRouter()),
  'is a v1beta1 BGPPeer with every field': right(
    oldRouter({
      sourceAddress: '10.0.2.10',
      peerPort: 179,
      holdTime: '90s',
      keepaliveTime: '30s',
      routerID: '10.0.2.10',
      nodeSelectors: [{ matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'NotIn', values: ['d'] }] }],
      password: 'secret',
      bfdProfile: 'default-bfd',
      ebgpMultiHop: true,
    }),
  ),
  'is a v1beta1 BGPPeer without address': misshapen(oldPeer({ myASN: 65001, peerASN: 65000 }), '/spec', 'spec.peerAddress'),
  'is a v1beta1 BGPPeer with an empty address': celRefuses(oldRouter({ peerAddress: '' }), 'spec.peerAddress', 'must be an IP address'),
  'is a v1beta1 BGPPeer with a hold time of 1s': celRefuses(oldRouter({ holdTime: '1s' }), 'spec.holdTime', 'between 3s and 65535s'),
}

const others: Readonly<Record<string, Example>> = {
  'is a BFDProfile without spec': right(bfd()),
  'is a BFDProfile with intervals': right(
    bfd({ receiveInterval: 150, transmitInterval: 150, detectMultiplier: 3, echoMode: true, minimumTtl: 254 }),
  ),
  'is a BFDProfile with an interval of 5 ms': misshapen(bfd({ receiveInterval: 5 }), '/spec/receiveInterval', 'spec.receiveInterval'),
  'is a BFDProfile with an interval above a minute': misshapen(
    bfd({ transmitInterval: 60001 }),
    '/spec/transmitInterval',
    'spec.transmitInterval',
  ),
  'is a BFDProfile with an echo interval of 9 ms': misshapen(bfd({ echoInterval: 9 }), '/spec/echoInterval', 'spec.echoInterval'),
  'is a BFDProfile with a multiplier of 1': misshapen(bfd({ detectMultiplier: 1 }), '/spec/detectMultiplier', 'spec.detectMultiplier'),
  'is a BFDProfile with a TTL of 255': misshapen(bfd({ minimumTtl: 255 }), '/spec/minimumTtl', 'spec.minimumTtl'),
  'is a BFDProfile with passive mode in words': misshapen(bfd({ passiveMode: 'on' }), '/spec/passiveMode', 'spec.passiveMode'),

  'is a Community with three names': right(
    community(
      { name: 'high-priority', value: '65000:100' },
      { name: 'backup-path', value: '65000:200' },
      { name: 'no-export', value: '65535:65281' },
    ),
  ),
  'is a Community with a large value': right(community({ name: 'far', value: 'large:65000:1:2' })),
  'is a Community without spec': right(object('Community', undefined)),
  'is a Community with a name without value': misshapen(community({ name: 'a' }), '/spec/communities/0', 'spec.communities[0].value'),
  'is a Community with an empty name': misshapen(
    community({ name: '', value: '1:1' }),
    '/spec/communities/0/name',
    'spec.communities[0].name',
  ),
  'is a Community with one number': celRefuses(
    community({ name: 'a', value: '65000' }),
    'spec.communities[0].value',
    'must be two numbers such as',
  ),
  'is a Community with another marker than large': celRefuses(
    community({ name: 'a', value: 'big:1:2:3' }),
    'spec.communities[0].value',
    'three after the word large',
  ),
  'is a Community with a number beyond 65535': celRefuses(
    community({ name: 'a', value: '1:65536' }),
    'spec.communities[0].value',
    'the numbers of a community end at 65535',
  ),
  'is a Community that defines a name twice': celRefuses(
    community({ name: 'a', value: '1:1' }, { name: 'a', value: '1:2' }),
    'spec.communities',
    'defines a name twice',
  ),
  'is a Community with a colon in a name': celRefuses(
    community({ name: 'a:b', value: '1:1' }),
    'spec.communities[0].name',
    'a name has no colon',
  ),

  'is a ServiceL2Status without anything': right(object('ServiceL2Status', undefined)),
  'is a ServiceBGPStatus with an empty spec': right(object('ServiceBGPStatus', {})),
  'is a ConfigurationState without anything': right(object('ConfigurationState', undefined)),
}

const policies: Readonly<Record<string, Example>> = {
  'is a policy that says nothing': right(policy({})),
  'is a policy with every field': right(
    policy({
      namespaces: ['shop', 'blog'],
      namespaceSelectors: [{ matchLabels: { env: 'prod' } }],
      validations: [
        {
          name: 'named-pool',
          expression: "has(object.metadata.annotations) && 'metallb.io/address-pool' in object.metadata.annotations",
          message: 'name a pool',
          messageExpression: "'name a pool, ' + object.metadata.name",
          action: 'Warn',
        },
        { expression: 'usage.ipv4 < 10', action: 'Audit' },
      ],
      quota: { addresses: { ipv4: 8, ipv6: 0 } },
      defaultPool: 'lan',
    }),
  ),
  'is a policy for some Services': right(policy({ serviceSelectors: [{ matchLabels: { app: 'web' } }], defaultPool: 'lan' })),
  'is a policy with a quota and an empty list of serviceSelectors': right(quota({ ipv4: 3 }, { serviceSelectors: [] })),
  // CEL here cannot compile CEL: the webhook does.
  'is a policy with an expression that is none': right(validation({ expression: 'object.spec.' })),

  'is a policy without spec': misshapen(policy(undefined), '', 'spec'),
  'is a policy with 21 validations': misshapen(
    policy({ validations: Array.from({ length: 21 }, () => ({ expression: 'true' })) }),
    '/spec/validations',
    'spec.validations',
  ),
  'is a policy with a validation without expression': misshapen(
    policy({ validations: [{ message: 'no' }] }),
    '/spec/validations/0',
    'spec.validations[0].expression',
  ),
  'is a policy with an empty expression': misshapen(
    validation({ expression: '' }),
    '/spec/validations/0/expression',
    'spec.validations[0].expression',
  ),
  'is a policy with an endless expression': misshapen(
    validation({ expression: `'${'a'.repeat(4096)}' == ''` }),
    '/spec/validations/0/expression',
    'spec.validations[0].expression',
  ),
  'is a policy with an action in lower case': misshapen(
    validation({ action: 'deny' }),
    '/spec/validations/0/action',
    'spec.validations[0].action',
  ),
  'is a policy with a long message': misshapen(
    validation({ message: 'a'.repeat(513) }),
    '/spec/validations/0/message',
    'spec.validations[0].message',
  ),
  'is a policy with an empty quota': misshapen(policy({ quota: {} }), '/spec/quota', 'spec.quota.addresses'),
  'is a policy with a negative quota': misshapen(quota({ ipv4: -1 }), '/spec/quota/addresses/ipv4', 'spec.quota.addresses.ipv4'),
  'is a policy with a quota in quotes': misshapen(quota({ ipv4: '3' }), '/spec/quota/addresses/ipv4', 'spec.quota.addresses.ipv4'),
  'is a policy with a default pool without name': misshapen(policy({ defaultPool: '' }), '/spec/defaultPool', 'spec.defaultPool'),
  'is a policy with a namespace twice': celRefuses(policy({ namespaces: ['a', 'b', 'a'] }), 'spec.namespaces', 'names a namespace twice'),
  'is a policy with two validations of one name': celRefuses(
    policy({ validations: [{ name: 'a', expression: 'true' }, { expression: 'true' }, { name: 'a', expression: 'false' }] }),
    'spec.validations',
    'gives two validations one name',
  ),
  'is a policy with a quota of nothing': celRefuses(quota({}), 'spec.quota.addresses', 'needs ipv4, ipv6 or both'),
  'is a policy with a quota for some Services': celRefuses(
    quota({ ipv4: 3 }, { serviceSelectors: [{ matchLabels: { app: 'web' } }] }),
    'spec',
    'write two policies',
  ),
}

export const corpus: Readonly<Record<string, Example>> = {
  ...pools,
  ...l2Advertisements,
  ...bgpAdvertisements,
  ...peers,
  ...policies,
  ...others,
}

const withStatus = (kind: string, status: unknown): ApiObject => ({ ...object(kind, undefined), status })
const l2Status = { node: 'n1', serviceName: 'web', serviceNamespace: 'shop' }
const condition = {
  type: 'poolReconcilerValid',
  status: 'True',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  reason: 'Reconciled',
  message: '',
}

/** Objects whose `status` is judged, through the status subresource; `before` is the status that is there already. */
export const statusCorpus: Readonly<Record<string, Example>> = {
  'is a ServiceL2Status of a node': right(withStatus('ServiceL2Status', { ...l2Status, interfaces: [{ name: 'eth0' }] })),
  'is a ServiceL2Status that moves to another node': {
    ...celRefuses(withStatus('ServiceL2Status', { ...l2Status, node: 'n2' }), 'status.node', 'cannot change'),
    before: withStatus('ServiceL2Status', l2Status),
  },
  'is a ServiceL2Status that changes interfaces': {
    ...right(withStatus('ServiceL2Status', { ...l2Status, interfaces: [{ name: 'eth1' }] })),
    before: withStatus('ServiceL2Status', { ...l2Status, interfaces: [{ name: 'eth0' }] }),
  },
  'is a ServiceBGPStatus of two peers': right(withStatus('ServiceBGPStatus', { ...l2Status, peers: ['a', 'b'] })),
  'is a ServiceBGPStatus that moves to another Service': {
    ...celRefuses(withStatus('ServiceBGPStatus', { ...l2Status, serviceName: 'blog' }), 'status.serviceName', 'cannot change'),
    before: withStatus('ServiceBGPStatus', l2Status),
  },
  'is a ConfigurationState that is valid': right(withStatus('ConfigurationState', { result: 'Valid', conditions: [condition] })),
  'is a ConfigurationState with an unknown result': misshapen(
    withStatus('ConfigurationState', { result: 'Fine' }),
    '/status/result',
    'status.result',
  ),
  'is a ConfigurationState with a condition without reason': misshapen(
    withStatus('ConfigurationState', { result: 'Valid', conditions: [{ ...condition, reason: '' }] }),
    '/status/conditions/0/reason',
    'status.conditions[0].reason',
  ),
  'is a pool with its counters': right({
    ...addresses('10.0.0.0/8'),
    status: { assignedIPv4: 1, assignedIPv6: 0, availableIPv4: 9, availableIPv6: 0 },
  }),
  // The webhook never judges a status, hence no shape.
  'is a pool with half of its counters': {
    object: { ...addresses('10.0.0.0/8'), status: { assignedIPv4: 1, assignedIPv6: 0 } },
    shape: [],
    server: ['status.availableIPv4', 'status.availableIPv6'],
  },
}
