import { peerWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'WrongFamily',
  cases: {
    'refuses a source of another family than the router': {
      object: peerWith({ sourceAddress: 'fd00::2' }),
      refused: 'spec.sourceAddress: BGPPeer "tor" is reached over IPv4 from an IPv6 address; write one of the same family',
    },
    'refuses a router ID that is none': {
      object: peerWith({ routerID: 'fd00::1' }),
      refused: 'spec.routerID: BGPPeer "tor" has a routerID that is not a usable IPv4 address; write one such as 10.0.0.1',
    },
  },
}
