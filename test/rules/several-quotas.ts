import { policyWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'SeveralQuotas',
  cases: {
    'warns and says which counts': {
      namespaces: { shop: {}, bank: {} },
      policies: [policyWith('all', { namespaces: [], quota: { addresses: { ipv4: 3, ipv6: 5 } } })],
      object: policyWith('more', { namespaces: ['shop', 'bank'], quota: { addresses: { ipv4: 8 } } }),
      warned: 'spec.quota.addresses.ipv4: policy "all" has a quota for namespace "shop" (and 1 more) too: the smallest counts, 3 of "all"',
    },
    'says nothing of the other family': {
      namespaces: { shop: {} },
      policies: [policyWith('all', { quota: { addresses: { ipv6: 5 } } })],
      object: policyWith('more', { quota: { addresses: { ipv4: 8 } } }),
    },
  },
}
