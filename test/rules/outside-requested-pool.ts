import { asking, named, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'OutsideRequestedPool',
  cases: {
    'refuses an address that is not in the named pool': {
      pools: { a: '10.0.0.0/28', b: '10.0.1.0/28' },
      object: serviceWith({ ...named('a'), ...asking('10.0.1.1') }),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: address 10.0.1.1 belongs to pool "b", not to the pool that the Service names, "a"; name "b" or ask for an address of "a"',
    },
    'refuses an address that is in none of the listed pools': {
      pools: { a: '10.0.0.0/28', b: '10.0.1.0/28', c: '10.0.2.0/28' },
      object: serviceWith({ ...named('a,c'), ...asking('10.0.0.1,10.0.1.1') }),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: address 10.0.1.1 belongs to pool "b", not to one of those that the Service lists, "a", "c"; name "b" or ask for an address of "a", "c"',
    },
  },
}
