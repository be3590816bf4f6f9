import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'EqualPriorities',
  cases: {
    'warns and names the others': {
      pools: { a: { addresses: ['10.0.0.0/28'], serviceAllocation: { priority: 50 } } },
      object: poolWith('b', { addresses: ['10.0.1.0/28'], serviceAllocation: { priority: 50 } }),
      warned: 'spec.serviceAllocation.priority: priority 50 is that of "a" too; equal ones are used in the order of their names',
    },
  },
}
