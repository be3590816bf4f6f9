import { bgpAdvertisementWith, peerWith, profileWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'EchoNotPossible',
  cases: {
    'warns about a peer several hops away': {
      bfdProfiles: [profileWith({ echoMode: true })],
      object: peerWith({ ebgpMultiHop: true, bfdProfile: 'fast' }),
      warned:
        'spec.bfdProfile: echoMode of BFDProfile "fast" does nothing here: the router may be several hops away (ebgpMultiHop), and echo packets go one; use a profile without it',
    },
    'warns about a session over IPv6': {
      bfdProfiles: [profileWith({ echoMode: true })],
      object: peerWith({ peerAddress: 'fd00::1', bfdProfile: 'fast' }),
      warned:
        'spec.bfdProfile: echoMode of BFDProfile "fast" does nothing here: the session is over IPv6, and echo packets are of IPv4; use a profile without it',
    },
    'warns about IPv6 pools beside it': {
      pools: { six: 'fd00::/120' },
      bfdProfiles: [profileWith({ echoMode: true })],
      peers: [peerWith({ bfdProfile: 'fast' })],
      object: bgpAdvertisementWith({}),
      warned:
        'spec.peers: pool "six" has IPv6 addresses, and BGPPeer "tor" has BFDProfile "fast" with echoMode, which watches IPv4 only; MetalLB on FRR refuses the two together',
    },
    'is silent about a router next door': { bfdProfiles: [profileWith({ echoMode: true })], object: peerWith({ bfdProfile: 'fast' }) },
    'is silent about peers that the advertisement is not for': {
      pools: { six: 'fd00::/120' },
      bfdProfiles: [profileWith({ echoMode: true })],
      peers: [peerWith({ bfdProfile: 'fast' })],
      object: bgpAdvertisementWith({ peers: ['core'] }),
    },
  },
}
