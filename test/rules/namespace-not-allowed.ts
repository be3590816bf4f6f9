import { asking, named, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'NamespaceNotAllowed',
  cases: {
    'refuses a named pool of other namespaces': {
      pools: { a: { addresses: ['10.0.0.0/28'], serviceAllocation: { namespaces: ['bank', 'lab'] } } },
      object: serviceWith(named('a')),
      refused:
        'metadata.annotations[metallb.io/address-pool]: pool "a" does not serve namespace "shop" but bank, lab; add the namespace to its spec.serviceAllocation.namespaces, or use another pool',
    },
    'refuses an address of such a pool': {
      pools: { a: { addresses: ['10.0.0.0/28'], serviceAllocation: { namespaceSelectors: [{ matchLabels: { tier: 'gold' } }] } } },
      object: serviceWith(asking('10.0.0.3')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: pool "a" does not serve namespace "shop" but those that its namespaceSelectors match; add the namespace to its spec.serviceAllocation.namespaces, or use another address',
    },
    'lets pass the namespace that is listed': {
      pools: { a: { addresses: ['10.0.0.0/28'], serviceAllocation: { namespaces: ['shop'] } } },
      object: serviceWith(named('a')),
    },
  },
}
