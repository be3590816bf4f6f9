import { bgpAdvertisementWith, peerWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'LocalPrefNotSent',
  cases: {
    'warns about routers of another AS': {
      peers: [peerWith({}), peerWith({ peerASN: 65001 }, 'inner'), peerWith({ peerASN: undefined, dynamicASN: 'external' }, 'edge')],
      object: bgpAdvertisementWith({ localPref: 100 }),
      warned:
        'spec.localPref: localPref 100 is not sent to "tor", "edge": only routers of our own AS are told; another AS can be steered by communities',
    },
    'is silent about those of our own': {
      peers: [peerWith({}), peerWith({ peerASN: 65001 }, 'inner')],
      object: bgpAdvertisementWith({ localPref: 100, peers: ['inner'] }),
    },
    'is silent without a value': { peers: [peerWith({})], object: bgpAdvertisementWith({ localPref: 0 }) },
  },
}
