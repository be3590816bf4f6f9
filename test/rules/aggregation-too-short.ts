import { bgpAdvertisementWith, poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'AggregationTooShort',
  cases: {
    'refuses a prefix that is wider than the pool': {
      pools: { a: '10.0.0.0/28' },
      object: bgpAdvertisementWith({ aggregationLength: 26 }),
      refused:
        'spec.aggregationLength: invalid aggregation length 26: prefix 28 in this pool is more specific than the aggregation length for addresses 10.0.0.0/28: the route would attract traffic for addresses that pool "a" does not have; write 28 or more, or select other pools',
    },
    'names the narrowest range of each pool, and only of those that are selected': {
      pools: { a: '10.0.0.0/24 10.0.1.16-10.0.1.31 10.0.2.1-10.0.2.2', b: '10.0.4.0/30', six: 'fd00::/124' },
      object: bgpAdvertisementWith({ ipAddressPools: ['a', 'six'], aggregationLength: 24, aggregationLengthV6: 120 }),
      refused: `spec.aggregationLength: invalid aggregation length 24: prefix 32 in this pool is more specific than the aggregation length for addresses 10.0.2.1-10.0.2.2: the route would attract traffic for addresses that pool "a" does not have; write 32 or more, or select other pools
spec.aggregationLengthV6: invalid aggregation length 120: prefix 124 in this pool is more specific than the aggregation length for addresses fd00::/124: the route would attract traffic for addresses that pool "six" does not have; write 124 or more, or select other pools`,
    },
    'takes a range for the widest CIDR in it': {
      pools: { a: '10.0.0.1-10.0.1.255' },
      object: bgpAdvertisementWith({ aggregationLength: 24 }),
    },
    'lets an advertisement be relabelled that was wrong before': {
      pools: { a: '10.0.0.0/28' },
      object: {
        ...bgpAdvertisementWith({ aggregationLength: 26 }),
        metadata: { name: 'routes', namespace: 'metallb-system', labels: { a: 'b' } },
      },
      old: bgpAdvertisementWith({ aggregationLength: 26 }),
    },
    'refuses a pool that shrinks below it': {
      bgpAdvertisements: [bgpAdvertisementWith({ aggregationLength: 24 })],
      pools: { a: '10.0.0.0/24' },
      object: poolWith('a', { addresses: ['10.0.0.0/25'] }),
      old: poolWith('a', { addresses: ['10.0.0.0/24'] }),
      refused:
        'spec.addresses[0]: invalid aggregation length 24: prefix 25 in this pool is more specific than the aggregation length for addresses 10.0.0.0/25: BGPAdvertisement "routes" would attract traffic for addresses that the pool does not have; widen the range, or give the advertisement 25 or more first',
    },
    'refuses a new pool that does not reach it': {
      bgpAdvertisements: [bgpAdvertisementWith({ aggregationLength: 24 })],
      object: poolWith('a', { addresses: ['10.0.0.0/23', '10.0.8.0/26'] }),
      refused:
        'spec.addresses[1]: invalid aggregation length 24: prefix 26 in this pool is more specific than the aggregation length for addresses 10.0.8.0/26: BGPAdvertisement "routes" would attract traffic for addresses that the pool does not have; widen the range, or give the advertisement 26 or more first',
    },
    'lets a pool grow that was too small before': {
      bgpAdvertisements: [bgpAdvertisementWith({ aggregationLength: 24 })],
      pools: { a: '10.0.0.0/28' },
      object: poolWith('a', { addresses: ['10.0.0.0/28', '10.0.1.0/24'] }),
      old: poolWith('a', { addresses: ['10.0.0.0/28'] }),
    },
    'is silent about a pool that nobody rolls up': {
      bgpAdvertisements: [bgpAdvertisementWith({ aggregationLength: 24, ipAddressPools: ['b'] }), bgpAdvertisementWith({}, 'all')],
      object: poolWith('a', { addresses: ['10.0.0.0/28'] }),
    },
  },
}
