import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'RangeMixedFamilies',
  cases: {
    'refuses a range between the families': {
      object: poolWith('a', { addresses: ['10.0.0.1-fd00::1'] }),
      refused:
        'spec.addresses[0]: invalid CIDR "10.0.0.1-fd00::1" in pool "a": it begins with an IPv4 address and ends with an IPv6 address; list one range for each family',
    },
  },
}
