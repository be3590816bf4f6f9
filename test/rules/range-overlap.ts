import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'RangeOverlap',
  cases: {
    'refuses addresses that are listed twice': {
      object: poolWith('a', { addresses: ['10.0.0.0/28', '10.0.0.9-10.0.0.20'] }),
      refused:
        'spec.addresses[1]: CIDR "10.0.0.9-10.0.0.20" in pool "a" overlaps with CIDR "10.0.0.0/28" in the same pool (spec.addresses[0]): both hold 10.0.0.9 to 10.0.0.15; remove or shorten one of them',
    },
  },
}
