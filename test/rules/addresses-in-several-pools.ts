import { asking, dualStack, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'AddressesInSeveralPools',
  cases: {
    'refuses one address of each of two pools': {
      pools: { four: '10.0.0.0/28', six: 'fd00::/64' },
      object: serviceWith(asking('10.0.0.1,fd00::1'), { clusterIPs: dualStack }),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: addresses 10.0.0.1 and fd00::1 are in different pools (four, six); ask for two addresses of one pool',
    },
  },
}
