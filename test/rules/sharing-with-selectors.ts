import { advertisementWith, type RuleTable, serviceWith, sharing } from './table.ts'

export const table: RuleTable = {
  code: 'SharingWithSelectors',
  cases: {
    'warns about a Service that nobody would announce': {
      pools: { a: '10.0.0.0/28' },
      l2Advertisements: [advertisementWith({ serviceSelectors: [{ matchLabels: { tier: 'web' } }] })],
      object: serviceWith(sharing('k', '10.0.0.5'), { labels: { tier: 'web' } }),
      warned:
        'metadata.annotations[metallb.io/allow-shared-ip]: L2Advertisement "lan" chooses by Service, so an address that may be shared is not announced on layer 2 (sharedIPWithServiceSelector); drop this key, or the serviceSelectors there',
    },
    'is silent when the advertisement is for other Services': {
      pools: { a: '10.0.0.0/28' },
      l2Advertisements: [advertisementWith({ serviceSelectors: [{ matchLabels: { tier: 'web' } }] })],
      object: serviceWith(sharing('k', '10.0.0.5')),
    },
    'is silent when the advertisement is for other pools': {
      pools: { a: '10.0.0.0/28' },
      l2Advertisements: [advertisementWith({ ipAddressPools: ['b'], serviceSelectors: [{ matchLabels: { tier: 'web' } }] })],
      object: serviceWith(sharing('k', '10.0.0.5'), { labels: { tier: 'web' } }),
    },
    'is silent about a Service that shares nothing': {
      pools: { a: '10.0.0.0/28' },
      l2Advertisements: [advertisementWith({ serviceSelectors: [{ matchLabels: { tier: 'web' } }] })],
      object: serviceWith({}, { labels: { tier: 'web' } }),
    },
  },
}
