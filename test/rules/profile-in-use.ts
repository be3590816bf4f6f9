import { own, type RuleTable } from './table.ts'

const peer = (name: string, bfdProfile: string): ReturnType<typeof own> =>
  own('BGPPeer', name, { myASN: 64500, peerASN: 64512, peerAddress: '10.0.0.1', bfdProfile })
const profile = own('BFDProfile', 'fast', {})

export const table: RuleTable = {
  code: 'ProfileInUse',
  cases: {
    'refuses to delete what peers use': {
      peers: [peer('rack-1', 'fast'), peer('rack-2', 'slow')],
      old: profile,
      refused:
        'metadata.name: failed to delete BFDProfile "fast", used by BGPPeer "rack-1"; remove spec.bfdProfile from each of them, or delete them, first',
    },
    'names the first of many, whatever an annotation says': {
      peers: ['e', 'd', 'c', 'b', 'a'].map((name) => peer(name, 'fast')),
      old: own('BFDProfile', 'fast', {}, { annotations: { 'metallb.io/allow-disruption': 'true' } }),
      refused:
        'metadata.name: failed to delete BFDProfile "fast", used by BGPPeer "a", "b", "c" and 2 more; remove spec.bfdProfile from each of them, or delete them, first',
    },
    'is silent when nobody uses it': { peers: [peer('rack-1', 'slow')], old: profile },
    'is silent while all of MetalLB goes': {
      namespaces: { 'metallb-system': { deletionTimestamp: '2026-01-01T00:00:00Z' } },
      peers: [peer('rack-1', 'fast')],
      old: profile,
    },
  },
}
