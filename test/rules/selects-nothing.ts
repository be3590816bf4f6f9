import { advertisementWith, bgpAdvertisementWith, nodeWith, peerWith, policyWith, poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'SelectsNothing',
  cases: {
    'warns about a namespace that is not there': {
      namespaces: { 'team-a': {} },
      object: poolWith('b', { addresses: ['10.0.1.0/28'], serviceAllocation: { namespaces: ['teem-a', 'team-a'] } }),
      warned: 'spec.serviceAllocation.namespaces[0]: there is no namespace "teem-a" yet; did you mean "team-a"?',
    },
    'warns about selectors that match nothing': {
      namespaces: { shop: {} },
      object: poolWith('b', {
        addresses: ['10.0.1.0/28'],
        serviceAllocation: { namespaceSelectors: [{ matchLabels: { tier: 'gold' } }], serviceSelectors: [{ matchLabels: { app: 'x' } }] },
      }),
      warned:
        'spec.serviceAllocation.namespaceSelectors[0]: no namespace matches tier in (gold) today\nspec.serviceAllocation.serviceSelectors[0]: no Service of type LoadBalancer matches app in (x) today',
    },
    'warns about Nodes that are not there': {
      nodes: [nodeWith('n1', '10.0.0.1')],
      object: advertisementWith({ nodeSelectors: [{ matchLabels: { zone: 'x' } }] }),
      warned: 'spec.nodeSelectors: no Node matches zone in (x) today, so nothing is announced',
    },
    'warns of a policy about nobody': {
      namespaces: { shop: {} },
      object: policyWith('rules', { namespaces: ['shops'], serviceSelectors: [{ matchLabels: { app: 'x' } }] }),
      warned:
        'spec.namespaces[0]: there is no namespace "shops" yet; did you mean "shop"?\nspec.serviceSelectors[0]: no Service of type LoadBalancer matches app in (x) today',
    },
    'warns about Nodes that would have a session': {
      nodes: [nodeWith('n1', '10.0.0.1')],
      object: peerWith({ nodeSelectors: [{ matchLabels: { zone: 'x' } }, { matchLabels: { zone: 'y' } }] }),
      warned: 'spec.nodeSelectors: no Node matches zone in (x) or zone in (y) today, so there is no session',
    },
    'warns about Nodes that would be preferred': {
      nodes: [nodeWith('n1', '10.0.0.1', { disk: 'fast' })],
      object: advertisementWith({
        preferredNodeSelectors: [
          { weight: 10, preference: { matchLabels: { disk: 'fast' } } },
          { weight: 5, preference: { matchLabels: { disk: 'slow' } } },
        ],
      }),
      warned: 'spec.preferredNodeSelectors[1].preference: no Node matches disk in (slow) today, so it prefers nobody',
    },
    'warns about pools that are not there': {
      pools: { a: '10.0.0.0/28' },
      object: bgpAdvertisementWith({ ipAddressPoolSelectors: [{ matchLabels: { zone: 'x' } }] }),
      warned: 'spec.ipAddressPoolSelectors: no pool matches zone in (x) today, so nothing is announced',
    },
    'says what is left when pools are named too': {
      pools: { a: '10.0.0.0/28' },
      object: advertisementWith({ ipAddressPools: ['a'], ipAddressPoolSelectors: [{ matchLabels: { zone: 'x' } }] }),
      warned: 'spec.ipAddressPoolSelectors: no pool matches zone in (x) today, so only what ipAddressPools names is announced',
    },
  },
}
