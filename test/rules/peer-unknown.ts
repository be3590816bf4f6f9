import { bgpAdvertisementWith, peerWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'PeerUnknown',
  cases: {
    'warns about a name that nobody has yet': {
      peers: [peerWith({}, 'router-1')],
      object: bgpAdvertisementWith({ peers: ['router-l', 'core'] }),
      warned: `spec.peers[0]: there is no BGPPeer "router-l" yet, so nothing is announced to it; did you mean "router-1"?
spec.peers[1]: there is no BGPPeer "core" yet, so nothing is announced to it`,
    },
    'warns while there is no peer at all': {
      object: bgpAdvertisementWith({}),
      warned: 'spec.peers: there is no BGPPeer yet, so nothing is announced over BGP',
    },
    'is silent about peers that exist': { peers: [peerWith({})], object: bgpAdvertisementWith({ peers: ['tor'] }) },
  },
}
