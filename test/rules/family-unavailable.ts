import { dualStack, holder, named, type RuleTable, serviceWith } from './table.ts'

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
    'names all pools of a list without the family': {
      pools: { a: '10.0.0.0/28', b: '10.0.1.0/28' },
      object: serviceWith(named('b,a'), { clusterIPs: dualStack }),
      refused:
        'metadata.annotations[metallb.io/address-pool]: pools "b", "a" have no IPv6 addresses; add an IPv6 range to the pool, name another pool, or set ipFamilies and ipFamilyPolicy of the Service to what the pool has',
    },
    'lets pass who lists a pool for each family': {
      pools: { four: '10.0.0.0/28', six: 'fd00::/64' },
      object: serviceWith(named('four,six'), { clusterIPs: dualStack }),
    },
    'says nothing where the pool that has the family is full': {
      pools: { four: '10.0.0.0/28', six: 'fd00::1/128' },
      services: [holder('x/1', 'fd00::1', { clusterIPs: ['fd96::2'] })],
      object: serviceWith(named('four,six'), { clusterIPs: dualStack }),
    },
    'lets PreferDualStack pass': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(named('a'), { clusterIPs: dualStack, spec: { ipFamilyPolicy: 'PreferDualStack' } }),
    },
  },
}
