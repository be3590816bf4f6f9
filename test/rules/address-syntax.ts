import { peerWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'AddressSyntax',
  cases: {
    "refuses a router's name": {
      object: peerWith({ peerAddress: 'router.example' }),
      refused:
        'spec.peerAddress: BGPPeer "tor" has an invalid BGPPeer address "router.example", which is not an IP address: it has 2 of the 4 decimal parts of an IPv4 address; write one such as 10.0.0.1',
    },
    'refuses what is no address elsewhere': {
      object: peerWith({ sourceAddress: '10.0.0.1/24', routerID: '10.0.0.256' }),
      refused: `spec.sourceAddress: BGPPeer "tor" has an invalid sourceAddress "10.0.0.1/24", which is not an IP address: "1/24" is not a decimal number; write one such as 10.0.0.1
spec.routerID: BGPPeer "tor" has an invalid routerID "10.0.0.256", which is not an IP address: "256" is more than 255; write one such as 10.0.0.1`,
    },
  },
}
