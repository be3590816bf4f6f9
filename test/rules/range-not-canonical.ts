import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'RangeNotCanonical',
  cases: {
    'warns about another spelling': {
      object: poolWith('a', { addresses: ['FD00:0:0::/64'] }),
      warned: 'spec.addresses[0]: "FD00:0:0::/64" is shown as "fd00::/64" everywhere; write that',
    },
    'lets spaces pass': { object: poolWith('a', { addresses: ['10.0.0.1 - 10.0.0.9'] }) },
  },
}
