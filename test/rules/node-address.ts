import { asking, nodeWith, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'NodeAddress',
  cases: {
    "refuses a Node's own address": {
      pools: { a: '10.0.0.0/28' },
      nodes: [nodeWith('n1', '10.0.0.5')],
      object: serviceWith(asking('10.0.0.5')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: address 10.0.0.5 is the own address of a Node and is never handed out; ask for another address',
    },
  },
}
