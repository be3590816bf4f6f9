import { nodeWith, peerWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'AddressOfOneNode',
  cases: {
    'warns about what only one of the Nodes has': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      object: peerWith({ sourceAddress: '10.0.0.2', routerID: '10.0.0.2' }),
      warned: `spec.sourceAddress: sourceAddress 10.0.0.2 is that of Node n2: the others (n1) use their own; with nodeSelectors each Node can have a peer of its own
spec.routerID: routerID 10.0.0.2 is that of Node n2: the others (n1) use their own; with nodeSelectors each Node can have a peer of its own`,
    },
    'warns about what none of them is known to have': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      object: peerWith({ sourceAddress: '10.0.2.10' }),
      warned:
        'spec.sourceAddress: sourceAddress 10.0.2.10 is that of no Node, as far as Kubernetes lists their addresses; a Node that does not have it uses its own',
    },
    'warns about one identity for several Nodes': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      object: peerWith({ routerID: '10.0.2.10', nodeSelectors: [{ matchExpressions: [{ key: 'rack', operator: 'Exists' }] }] }),
      warned:
        'spec.routerID: routerID 10.0.2.10 would be that of 2 Nodes (n1, n2): routers tell speakers apart by it; leave it out, or select one Node',
    },
    'is silent about a peer of one Node': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      object: peerWith({ sourceAddress: '10.0.2.10', routerID: '10.0.2.10', nodeSelectors: [{ matchLabels: { rack: 'a' } }] }),
    },
  },
}
