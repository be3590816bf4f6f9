import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'AddressLeadingZero',
  cases: {
    'refuses a zero that some read as octal': {
      object: poolWith('a', { addresses: ['10.0.0.010/32'] }),
      refused: 'spec.addresses[0]: invalid CIDR "10.0.0.010/32" in pool "a": "010" has a leading zero (write "10")',
    },
  },
}
