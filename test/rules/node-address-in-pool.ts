import { nodeWith, poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'NodeAddressInPool',
  cases: {
    'warns and names the Nodes': {
      nodes: [nodeWith('n1', '192.168.1.11'), nodeWith('n2', '192.168.1.12'), nodeWith('n3', '192.168.2.13')],
      object: poolWith('a', { addresses: ['192.168.1.0/24'] }),
      warned:
        'spec.addresses[0]: "192.168.1.0/24" holds addresses of Nodes: 192.168.1.11 (n1), 192.168.1.12 (n2); they are never handed out',
    },
  },
}
