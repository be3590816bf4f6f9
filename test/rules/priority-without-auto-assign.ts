import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'PriorityWithoutAutoAssign',
  cases: {
    warns: {
      object: poolWith('b', { addresses: ['10.0.1.0/28'], autoAssign: false, serviceAllocation: { priority: 50 } }),
      warned:
        'spec.serviceAllocation.priority: autoAssign: false means that only Services which name pool "b" use it, so its priority 50 does nothing',
    },
  },
}
