import { asking, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'RequestInvalid',
  cases: {
    'refuses what is no address': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(asking('10.0.0.300')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: "10.0.0.300" in metallb.io/loadBalancerIPs is not an IP address: "300" is more than 255',
    },
    'refuses it even while there is no pool': {
      object: serviceWith(asking('soon')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: "soon" in metallb.io/loadBalancerIPs is not an IP address: it has 1 of the 4 decimal parts of an IPv4 address',
    },
    'refuses two of a family': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(asking('10.0.0.1,10.0.0.2')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: metallb.io/loadBalancerIPs "10.0.0.1,10.0.0.2" lists two IPv4 addresses; list at most one IPv4 and one IPv6 address',
    },
    'refuses it in spec.loadBalancerIP': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({}, { spec: { loadBalancerIP: '10.0.0.01' } }),
      refused: 'spec.loadBalancerIP: "10.0.0.01" in spec.loadBalancerIP is not an IP address: "01" has a leading zero (write "1")',
    },
    'refuses it under the deprecated prefix': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({ 'metallb.universe.tf/loadBalancerIPs': 'x' }),
      refused:
        'metadata.annotations[metallb.universe.tf/loadBalancerIPs]: "x" in metallb.io/loadBalancerIPs is not an IP address: it has 1 of the 4 decimal parts of an IPv4 address',
    },
  },
}
