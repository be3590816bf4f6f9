import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'RangeReversed',
  cases: {
    'refuses a range that ends before it starts': {
      object: poolWith('a', { addresses: ['10.0.0.20-10.0.0.10'] }),
      refused:
        'spec.addresses[0]: invalid CIDR "10.0.0.20-10.0.0.10" in pool "a": its end 10.0.0.10 comes before its start 10.0.0.20; write "10.0.0.10-10.0.0.20"',
    },
  },
}
