import { asking, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'AddressAvoided',
  cases: {
    'refuses .0 of a pool that avoids it': {
      pools: { a: { addresses: ['10.0.0.0/24'], avoidBuggyIPs: true } },
      object: serviceWith(asking('10.0.0.0')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: address 10.0.0.0 ends in .0 or .255, which pool "a" never hands out (avoidBuggyIPs: true); ask for another address',
    },
  },
}
