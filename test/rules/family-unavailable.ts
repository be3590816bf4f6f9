import { dualStack, named, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'FamilyUnavailable',
  cases: {
    'refuses a named pool without the family': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(named('a'), { clusterIPs: ['fd96::1'] }),
      refused:
        'metadata.annotations[metallb.io/address-pool]: pool "a" has no IPv6 addresses; add an IPv6 range to the pool, name another pool, or set ipFamilies and ipFamilyPolicy of the Service to what the pool has',
    },
    'refuses it to RequireDualStack': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(named('a'), { clusterIPs: dualStack }),
      refused:
        'metadata.annotations[metallb.io/address-pool]: pool "a" has no IPv6 addresses; add an IPv6 range to the pool, name another pool, or set ipFamilies and ipFamilyPolicy of the Service to what the pool has',
    },
    'lets PreferDualStack pass': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(named('a'), { clusterIPs: dualStack, spec: { ipFamilyPolicy: 'PreferDualStack' } }),
    },
  },
}
