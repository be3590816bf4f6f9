import { asking, named, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'AddressInNoPool',
  cases: {
    'refuses it and lists the ranges': {
      pools: { a: '10.0.0.0/28', b: '10.0.1.0-10.0.1.9 fd00::/64' },
      object: serviceWith(asking('10.9.9.9')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: address 10.9.9.9 is in no pool; ask for one of 10.0.0.0/28 ("a"), 10.0.1.0-10.0.1.9 ("b")',
    },
    'says when the family has no pool': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(asking('fd00::1'), { clusterIPs: ['fd96::1'] }),
      refused: 'metadata.annotations[metallb.io/loadBalancerIPs]: address fd00::1 is in no pool; there is no IPv6 pool',
    },
    'says nothing while no pool exists': { object: serviceWith(asking('10.9.9.9')) },
    'refuses a host part for which the named pool has no prefix': {
      pools: { a: 'fd00::10-fd00::17 fd01::/120' },
      object: serviceWith({ ...named('a'), 'metallb.io/host-part': '::1:53' }, { clusterIPs: ['fd96::1'] }),
      refused:
        'metadata.annotations[metallb.io/host-part]: pool "a" has no IPv6 prefix with room for host part ::1:53; list a larger prefix (a CIDR) there, name another pool, or choose a smaller host part',
    },
  },
}
