import { advertisementWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'DuplicateEntry',
  cases: {
    'refuses a name that is listed twice': {
      pools: { a: '10.0.0.0/28' },
      object: advertisementWith({ ipAddressPools: ['a', 'a'] }),
      refused:
        'spec.ipAddressPools[1]: duplicate "a" in spec.ipAddressPools of L2Advertisement "lan": entry 0 is the same; remove one of them',
    },
  },
}
