import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'PoolOrder',
  cases: {
    'shows where the pool comes': {
      pools: { 'primary-pool': { addresses: ['10.0.0.0/28'], serviceAllocation: { priority: 100 } } },
      object: poolWith('backup-pool', { addresses: ['10.0.1.0/28'], serviceAllocation: { priority: 50 } }),
      warned: 'spec.serviceAllocation.priority: "backup-pool" (50) is used after "primary-pool" (100)',
    },
    'shows both neighbours': {
      pools: {
        a: { addresses: ['10.0.0.0/28'], serviceAllocation: { priority: 100 } },
        c: { addresses: ['10.0.2.0/28'], serviceAllocation: {} },
      },
      object: poolWith('b', { addresses: ['10.0.1.0/28'], serviceAllocation: { priority: 50 } }),
      warned: 'spec.serviceAllocation.priority: "b" (50) is used after "a" (100) and before "c" (no priority)',
    },
    'is silent while nobody has a priority': {
      pools: { a: { addresses: ['10.0.0.0/28'], serviceAllocation: { namespaces: ['shop'] } } },
      object: poolWith('b', { addresses: ['10.0.1.0/28'], serviceAllocation: {} }),
    },
    'is silent about pools of other namespaces': {
      pools: { a: { addresses: ['10.0.0.0/28'], serviceAllocation: { priority: 100, namespaces: ['shop'] } } },
      namespaces: { bank: {} },
      object: poolWith('b', { addresses: ['10.0.1.0/28'], serviceAllocation: { priority: 50, namespaces: ['bank'] } }),
    },
  },
}
