import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'PoolWithoutAddresses',
  cases: {
    'refuses an empty pool': {
      object: poolWith('a', { addresses: [] }),
      refused: 'spec.addresses: pool "a" has no addresses; list at least one CIDR (192.168.1.0/24) or range (192.168.1.10-192.168.1.20)',
    },
  },
}
