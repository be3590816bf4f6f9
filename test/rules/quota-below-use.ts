import { holder, policyWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'QuotaBelowUse',
  cases: {
    'warns and says who is above it': {
      pools: { lan: '10.0.0.0/28' },
      namespaces: { shop: {}, bank: {} },
      services: [holder('shop/a', '10.0.0.1'), holder('shop/b', '10.0.0.2'), holder('bank/a', '10.0.0.3')],
      object: policyWith('few', { namespaces: [], quota: { addresses: { ipv4: 1 } } }),
      warned:
        'spec.quota.addresses.ipv4: more than 1 are held by "shop" (2); what a Service has it keeps, and none is added until there are fewer',
    },
  },
}
