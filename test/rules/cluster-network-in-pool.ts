import { nodeWith, poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'ClusterNetworkInPool',
  cases: {
    'warns about addresses of Pods': {
      nodes: [
        { ...nodeWith('n1', '10.0.0.1'), spec: { podCIDRs: ['10.244.0.0/24', 'fd00:244::/64'] } },
        { ...nodeWith('n2', '10.0.0.2'), spec: { podCIDRs: ['10.244.1.0/24'] } },
      ],
      object: poolWith('a', { addresses: ['10.244.0.128-10.244.1.10'] }),
      warned:
        'spec.addresses[0]: "10.244.0.128-10.244.1.10" shares addresses with 10.244.0.0/24 (the Pods of Node n1), 10.244.1.0/24 (the Pods of Node n2); choose addresses that the cluster does not use itself',
    },
    'warns about addresses of Services': {
      serviceCidrs: [{ metadata: { name: 'kubernetes' }, spec: { cidrs: ['10.96.0.0/12'] } }],
      object: poolWith('a', { addresses: ['10.100.0.0/24'] }),
      warned:
        'spec.addresses[0]: "10.100.0.0/24" shares addresses with 10.96.0.0/12 (the cluster IPs of Services); choose addresses that the cluster does not use itself',
    },
    'is silent about others': {
      serviceCidrs: [{ metadata: { name: 'kubernetes' }, spec: { cidrs: ['10.96.0.0/12', 'none'] } }],
      object: poolWith('a', { addresses: ['10.0.0.0/24', 'fd00::/64'] }),
    },
  },
}
