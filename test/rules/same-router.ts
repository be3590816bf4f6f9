import { nodeWith, peerWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'SameRouter',
  cases: {
    'warns about two that dial one address': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      peers: [peerWith({ nodeSelectors: [{ matchLabels: { rack: 'a' } }] }, 'core')],
      object: peerWith({ routerID: '10.0.0.9', myASN: 65007 }),
      warned:
        'spec.peerAddress: a BGPPeer for 10.0.0.254:179 already exists: "core" dials it from n1 too; one session serves both, with the settings of "core" (first by name)',
    },
    'lets Nodes differ': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      peers: [peerWith({ nodeSelectors: [{ matchLabels: { rack: 'a' } }] }, 'core')],
      object: peerWith({ nodeSelectors: [{ matchLabels: { rack: 'b' } }] }),
    },
    'lets ports differ': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      peers: [peerWith({ peerPort: 1179 }, 'core')],
      object: peerWith({}),
    },
    'does not count a peer that dials nobody': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      peers: [peerWith({ vrf: 'red' }, 'core')],
      object: peerWith({}),
    },
    'knows addresses of IPv6 in any spelling': {
      nodes: [nodeWith('n1', '10.0.0.1', { rack: 'a' }), nodeWith('n2', '10.0.0.2', { rack: 'b' })],
      peers: [peerWith({ peerAddress: 'fd00::1' }, 'zed')],
      object: peerWith({ peerAddress: 'FD00:0::1' }),
      warned:
        'spec.peerAddress: a BGPPeer for [fd00::1]:179 already exists: "zed" dials it from n1, n2 too; one session serves both, with the settings of "tor" (first by name)',
    },
  },
}
