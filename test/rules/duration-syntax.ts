import { peerWith, poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'DurationSyntax',
  cases: {
    'refuses a length of time without its unit': {
      object: peerWith({ holdTime: '90' }),
      refused:
        'spec.holdTime: holdTime "90" of BGPPeer "tor" is not a length of time: it is not a number with a unit, such as 90s or 1m30s',
    },
    'refuses an empty one': {
      object: peerWith({ keepaliveTime: '' }),
      refused: 'spec.keepaliveTime: keepaliveTime "" of BGPPeer "tor" is not a length of time: it is empty',
    },
    'reads what Go reads': {
      object: peerWith({ holdTime: '+1.5m', keepaliveTime: '30000000µs', connectTime: '10s' }),
    },
    'refuses a negative one': {
      object: peerWith({ connectTime: '-5s' }),
      refused: 'spec.connectTime: connectTime "-5s" of BGPPeer "tor" is not a length of time: it is negative',
    },
    'refuses a hold of a pool without its unit': {
      object: poolWith('lan', { addresses: ['10.0.0.0/28'] }, { annotations: { 'metallb.io/hold': '10' } }),
      refused:
        'metadata.annotations[metallb.io/hold]: hold "10" of pool "lan" is not a length of time: it is not a number with a unit, such as 90s or 1m30s; until it is, no address is held',
    },
    'takes a hold of a pool, and none': {
      object: poolWith('lan', { addresses: ['10.0.0.0/28'] }, { annotations: { 'metallb.io/hold': ' 1h30m', 'metallb.io/reuse': '' } }),
    },
  },
}
