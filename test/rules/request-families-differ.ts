import { asking, dualStack, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'RequestFamiliesDiffer',
  cases: {
    'refuses an address of the other family': {
      pools: { a: '10.0.0.0/28 fd00::/64' },
      object: serviceWith(asking('fd00::5')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: asks for IPv6, but the Service is IPv4 (its cluster IPs); ask for addresses of that family alone',
    },
    'refuses one address for two families': {
      pools: { a: '10.0.0.0/28 fd00::/64' },
      object: serviceWith(asking('10.0.0.5'), { clusterIPs: dualStack }),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: asks for IPv4, but the Service is IPv4 and IPv6 (its cluster IPs); ask for addresses of each',
    },
    'lets one of each pass': {
      pools: { a: '10.0.0.0/28 fd00::/64' },
      object: serviceWith(asking('10.0.0.5, fd00::5'), { clusterIPs: dualStack }),
    },
  },
}
