import { bgpAdvertisementWith, nodeWith, poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'LocalPrefConflict',
  cases: {
    'refuses a second value for the same routes': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      pools: { a: '10.0.0.0/28' },
      bgpAdvertisements: [bgpAdvertisementWith({ localPref: 100 }, 'old')],
      object: bgpAdvertisementWith({ localPref: 200, peers: ['tor'] }),
      refused:
        'spec.localPref: BGPAdvertisement "routes" has localPref 200 and BGPAdvertisement "old" localPref 100 for the same IPv4 routes of pool "a", from Node n1 to the same peers; use one value, or part them by peers, nodeSelectors or pools',
    },
    'refuses none beside one': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      pools: { a: '10.0.0.0/28' },
      bgpAdvertisements: [bgpAdvertisementWith({ localPref: 100, aggregationLength: 28 }, 'old')],
      object: bgpAdvertisementWith({ aggregationLength: 28 }),
      refused:
        'spec.localPref: BGPAdvertisement "routes" has no localPref and BGPAdvertisement "old" localPref 100 for the same IPv4 routes of length 28 of pool "a", from Node n1 to the same peers; use one value, or part them by peers, nodeSelectors or pools',
    },
    'refuses it for one family of two': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      pools: { a: '10.0.0.0/28 fd00::/120' },
      bgpAdvertisements: [bgpAdvertisementWith({ localPref: 100, aggregationLength: 28 }, 'old')],
      object: bgpAdvertisementWith({ localPref: 200 }),
      refused:
        'spec.localPref: BGPAdvertisement "routes" has localPref 200 and BGPAdvertisement "old" localPref 100 for the same IPv6 routes of pool "a", from Node n1 to the same peers; use one value, or part them by peers, nodeSelectors or pools',
    },
    'lets lengths differ': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      pools: { a: '10.0.0.0/28' },
      bgpAdvertisements: [bgpAdvertisementWith({ localPref: 100, aggregationLength: 28 }, 'old')],
      object: bgpAdvertisementWith({ localPref: 200 }),
    },
    'lets peers differ': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      pools: { a: '10.0.0.0/28' },
      bgpAdvertisements: [bgpAdvertisementWith({ localPref: 100, peers: ['core'] }, 'old')],
      object: bgpAdvertisementWith({ localPref: 200, peers: ['tor'] }),
    },
    'lets Nodes differ': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      pools: { a: '10.0.0.0/28' },
      bgpAdvertisements: [bgpAdvertisementWith({ localPref: 100, nodeSelectors: [{ matchLabels: { rack: 'a' } }] }, 'old')],
      object: bgpAdvertisementWith({ localPref: 200, nodeSelectors: [{ matchLabels: { rack: 'b' } }] }),
    },
    'lets pools differ': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      pools: { a: '10.0.0.0/28', b: '10.0.1.0/28' },
      bgpAdvertisements: [bgpAdvertisementWith({ localPref: 100, ipAddressPools: ['a'] }, 'old')],
      object: bgpAdvertisementWith({ localPref: 200, ipAddressPools: ['b'] }),
    },
    'leaves those that choose by Service to the speakers': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      pools: { a: '10.0.0.0/28' },
      bgpAdvertisements: [bgpAdvertisementWith({ localPref: 100 }, 'old')],
      object: bgpAdvertisementWith({ localPref: 200, serviceSelectors: [{ matchLabels: { tier: 'web' } }] }),
    },
    'lets a conflict be that was there before': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      pools: { a: '10.0.0.0/28' },
      bgpAdvertisements: [bgpAdvertisementWith({ localPref: 100 }, 'old')],
      object: bgpAdvertisementWith({ localPref: 200, communities: ['65000:1'] }),
      old: bgpAdvertisementWith({ localPref: 200 }),
    },
    'only warns about a pool with which it begins': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      bgpAdvertisements: [bgpAdvertisementWith({ localPref: 100 }, 'old'), bgpAdvertisementWith({ localPref: 200 })],
      object: poolWith('a', { addresses: ['10.0.0.0/28'] }),
      warned:
        'metadata.name: BGPAdvertisement "old" has localPref 100 and BGPAdvertisement "routes" localPref 200 for the same IPv4 routes of pool "a", from Node n1 to the same peers; nothing of it is announced until they agree',
    },
  },
}
