import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'RangeBareAddress',
  cases: {
    'refuses a single address': {
      object: poolWith('a', { addresses: ['10.0.0.1'] }),
      refused: 'spec.addresses[0]: invalid CIDR "10.0.0.1" in pool "a": it is a single address; use "10.0.0.1/32"',
    },
  },
}
