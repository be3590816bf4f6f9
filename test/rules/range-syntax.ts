import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'RangeSyntax',
  cases: {
    'refuses what is no address': {
      object: poolWith('a', { addresses: ['10.0.0.300/24'] }),
      refused: 'spec.addresses[0]: invalid CIDR "10.0.0.300/24" in pool "a": "300" is more than 255',
    },
    'refuses a space that is not beside a dash': {
      object: poolWith('a', { addresses: ['10.0.0.0/28 ', ' 10.0.1.1 - 10.0.1.9 '] }),
      refused: 'spec.addresses[0]: invalid CIDR "10.0.0.0/28 " in pool "a": it has a space before or behind it; write "10.0.0.0/28"',
    },
  },
}
