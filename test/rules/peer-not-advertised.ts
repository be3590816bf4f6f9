import { bgpAdvertisementWith, peerWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'PeerNotAdvertised',
  cases: {
    'warns about a peer that gets no routes': {
      bgpAdvertisements: [bgpAdvertisementWith({ peers: ['core'] })],
      object: peerWith({}),
      warned: 'metadata.name: no BGPAdvertisement uses peer "tor" yet: its sessions carry no routes',
    },
    'is silent when an advertisement is for every peer': { bgpAdvertisements: [bgpAdvertisementWith({})], object: peerWith({}) },
    'is silent when one names it, even with communities still to come': {
      bgpAdvertisements: [bgpAdvertisementWith({ peers: ['tor'], communities: ['later'] })],
      object: peerWith({}),
    },
  },
}
