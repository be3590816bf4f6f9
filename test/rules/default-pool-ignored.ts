import { policyWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'DefaultPoolIgnored',
  cases: {
    'warns of a pool that must be named': {
      pools: { lan: { addresses: ['10.0.0.0/28'], autoAssign: false } },
      object: policyWith('rules', { defaultPool: 'lan' }),
      warned: 'spec.defaultPool: pool "lan" has autoAssign: false, so only Services that name it get it; as default it does nothing',
    },
    'warns that another policy comes first': {
      pools: { lan: '10.0.0.0/28', wan: '10.0.1.0/28' },
      namespaces: { shop: {} },
      policies: [policyWith('a', { defaultPool: 'wan' }), policyWith('c', { defaultPool: 'wan' })],
      object: policyWith('b', { defaultPool: 'lan' }),
      warned: 'spec.defaultPool: policy "a" comes first by name, so where both apply its default, "wan", counts',
    },
    'says nothing of a policy for others': {
      pools: { lan: '10.0.0.0/28', wan: '10.0.1.0/28' },
      namespaces: { shop: {}, bank: {} },
      policies: [policyWith('a', { namespaces: ['bank'], defaultPool: 'wan' })],
      object: policyWith('b', { defaultPool: 'lan' }),
    },
  },
}
