import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'PoolOverlap',
  cases: {
    'refuses a range that another pool has': {
      pools: { first: '192.168.1.100-192.168.1.110' },
      object: poolWith('second', { addresses: ['192.168.1.0/24'] }),
      refused:
        'spec.addresses[0]: CIDR "192.168.1.0/24" in pool "second" overlaps with already defined CIDR "192.168.1.100-192.168.1.110" in pool "first": both hold 192.168.1.100 to 192.168.1.110; to change what pool "first" hands out, edit the addresses of pool "first" instead of defining a second pool, or choose other addresses here',
    },
  },
}
