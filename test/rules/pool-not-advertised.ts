import { bgpAdvertisementWith, poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'PoolNotAdvertised',
  cases: {
    'warns while nothing selects the pool': {
      l2Advertisements: [{ spec: { ipAddressPools: ['b'] } }],
      object: poolWith('a', { addresses: ['10.0.0.0/28'] }),
      warned: 'metadata.name: no L2Advertisement or BGPAdvertisement selects pool "a" yet: its addresses are handed out but not announced',
    },
    'is silent when a BGPAdvertisement selects it': {
      l2Advertisements: [],
      bgpAdvertisements: [bgpAdvertisementWith({ ipAddressPools: ['a'], communities: ['defined-later'] })],
      object: poolWith('a', { addresses: ['10.0.0.0/28'] }),
    },
    'does not count an advertisement that is broken': {
      l2Advertisements: [{ spec: { ipAddressPoolSelectors: [{ matchLabels: { 'no key': 'x' } }] } }],
      object: poolWith('a', { addresses: ['10.0.0.0/28'] }),
      warned: 'metadata.name: no L2Advertisement or BGPAdvertisement selects pool "a" yet: its addresses are handed out but not announced',
    },
    'is silent when an advertisement selects all': {
      l2Advertisements: [{ spec: {} }],
      object: poolWith('a', { addresses: ['10.0.0.0/28'] }),
    },
    'is silent when one selects its label': {
      l2Advertisements: [{ spec: { ipAddressPoolSelectors: [{ matchLabels: { zone: 'x' } }] } }],
      object: poolWith('a', { addresses: ['10.0.0.0/28'] }, { labels: { zone: 'x' } }),
    },
  },
}
