import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'RangeHostBits',
  cases: {
    'warns about bits behind the prefix': {
      object: poolWith('a', { addresses: ['10.0.0.5/24'] }),
      warned: 'spec.addresses[0]: CIDR "10.0.0.5/24" in pool "a" has host bits set and means all of 10.0.0.0/24; write that, or a range',
    },
  },
}
