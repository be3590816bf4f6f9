import { named, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'ServiceNotSelected',
  cases: {
    'warns who names a pool without its label': {
      pools: { a: { addresses: ['10.0.0.0/28'], serviceAllocation: { serviceSelectors: [{ matchLabels: { tier: 'internal' } }] } } },
      object: serviceWith(named('a')),
      warned:
        'metadata.annotations[metallb.io/address-pool]: pool "a" selects Services by label (serviceAllocation.serviceSelectors), and this one is not selected; it is served because it names the pool',
    },
    'is silent to who carries it': {
      pools: { a: { addresses: ['10.0.0.0/28'], serviceAllocation: { serviceSelectors: [{ matchLabels: { tier: 'internal' } }] } } },
      object: serviceWith(named('a'), { labels: { tier: 'internal' } }),
    },
  },
}
