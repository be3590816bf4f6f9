import { asking, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'RequestedTwice',
  cases: {
    'refuses annotation and field together': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(asking('10.0.0.1'), { spec: { loadBalancerIP: '10.0.0.1' } }),
      refused:
        'spec.loadBalancerIP: both the annotation metallb.io/loadBalancerIPs ("10.0.0.1") and spec.loadBalancerIP ("10.0.0.1") ask for an address; keep only the annotation',
    },
    'lets the field alone pass': { pools: { a: '10.0.0.0/28' }, object: serviceWith({}, { spec: { loadBalancerIP: '10.0.0.1' } }) },
  },
}
