import { nodeWith, peerWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'NeedsMultiHop',
  cases: {
    'warns about a router that is far away': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      object: peerWith({ peerAddress: '192.0.2.1' }),
      warned:
        'spec.ebgpMultiHop: 192.0.2.1 is far from what Kubernetes lists of the Nodes (10.0.0.1, 10.0.0.2); unless another interface is on its subnet, it needs ebgpMultiHop: true',
    },
    'is silent about one that may be near': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      object: peerWith({ peerAddress: '10.99.0.1' }),
    },
    'is silent with ebgpMultiHop': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      object: peerWith({ peerAddress: '192.0.2.1', ebgpMultiHop: true }),
    },
    'is silent about a router of our own AS': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      object: peerWith({ peerAddress: '192.0.2.1', peerASN: 65001 }),
    },
    'is silent about a family of which it knows nothing': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      object: peerWith({ peerAddress: 'fd00::1' }),
    },
    'is silent about link-local addresses': { nodes: [nodeWith('n1', 'fd00::1')], object: peerWith({ peerAddress: 'fe80::1' }) },
  },
}
