import { bgpAdvertisementWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'AggregationWithSelectors',
  cases: {
    'refuses to choose by Service and to roll up': {
      object: bgpAdvertisementWith({ aggregationLength: 24, serviceSelectors: [{ matchLabels: { tier: 'web' } }] }),
      refused:
        'spec.serviceSelectors: serviceSelectors and aggregationLength are mutually exclusive in BGPAdvertisement "routes": the prefix would attract traffic of Services that it leaves out; drop serviceSelectors or the aggregation',
    },
    'lets one be without the other': {
      object: bgpAdvertisementWith({
        aggregationLength: 32,
        aggregationLengthV6: 128,
        serviceSelectors: [{ matchLabels: { tier: 'web' } }],
      }),
    },
  },
}
