import { bgpAdvertisementWith, peerWith, poolWith, profileWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'OutOfBounds',
  cases: {
    'refuses a hold time that the protocol does not have': {
      object: peerWith({ holdTime: '2s' }),
      refused: 'spec.holdTime: BGPPeer "tor" has a hold time of 2 s; it is 0s for never, or 3s to 65535s',
    },
    'refuses to hold addresses for years': {
      object: poolWith('lan', { addresses: ['10.0.0.0/28'] }, { annotations: { 'metallb.io/hold': '8761h' } }),
      refused:
        'metadata.annotations[metallb.io/hold]: hold "8761h" of pool "lan" is longer than 8760h, the longest; until it is not, no address is held',
    },
    'refuses keepalives that come too late': {
      object: peerWith({ holdTime: '30s', keepaliveTime: '31s' }),
      refused:
        'spec.keepaliveTime: BGPPeer "tor" sends keepalives every 31 s, later than its hold time of 30 s is over; make it a third of that',
    },
    'refuses keepalives without a hold time that could be three times as long': {
      object: peerWith({ keepaliveTime: '500ms' }),
      refused:
        'spec.keepaliveTime: BGPPeer "tor" sends keepalives every 0.5 s without a holdTime, which is then three times that; write 0s or 1s to 21845s',
    },
    'refuses parts of a second between attempts to connect': {
      object: peerWith({ connectTime: '1500ms' }),
      refused: 'spec.connectTime: BGPPeer "tor" has connectTime "1500ms", which is not a whole number of seconds from 1s to 65535s',
    },
    'refuses an AS number of more than 32 bits': {
      object: peerWith({ peerASN: 4294967296 }),
      refused: 'spec.peerASN: is the number 4294967296, must be at most 4294967295',
    },
    'refuses a multiplier that no router takes': {
      object: profileWith({ detectMultiplier: 1, minimumTtl: 255 }),
      refused: `spec.detectMultiplier: is the number 1, must be at least 2
spec.minimumTtl: is the number 255, must be at most 254`,
    },
    'refuses an interval that is too short or too long': {
      object: profileWith({ receiveInterval: 9, transmitInterval: 60001, echoInterval: 1 }),
      refused: `spec.receiveInterval: is the number 9, must be at least 10
spec.transmitInterval: is the number 60001, must be at most 60000
spec.echoInterval: is the number 1, must be at least 10`,
    },
    'refuses a prefix longer than an address': {
      object: bgpAdvertisementWith({ aggregationLength: 33, aggregationLengthV6: 129 }),
      refused: `spec.aggregationLength: is the number 33, must be at most 32
spec.aggregationLengthV6: is the number 129, must be at most 128`,
    },
    'refuses a negative priority': {
      object: poolWith('a', { addresses: ['10.0.0.0/28'], serviceAllocation: { priority: -1 } }),
      refused: 'spec.serviceAllocation.priority: is the number -1, must be at least 0',
    },
    'only warns about nothing in what was wrong before': {
      object: { ...profileWith({ detectMultiplier: 1 }), metadata: { name: 'fast', namespace: 'metallb-system', labels: { a: 'b' } } },
      old: profileWith({ detectMultiplier: 1 }),
    },
  },
}
