import { peerWith, policyWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'Contradiction',
  cases: {
    'refuses two passwords': {
      object: peerWith({ password: 'a', passwordSecret: { name: 'bgp' } }),
      refused: 'spec.password: BGPPeer "tor" has both password and passwordSecret; keep passwordSecret',
    },
    'refuses two ways to find the router': {
      object: peerWith({ interface: 'eth1' }),
      refused: 'spec.peerAddress: BGPPeer "tor" has both peerAddress and interface; keep peerAddress',
    },
    'refuses two ways to know its AS': {
      object: peerWith({ dynamicASN: 'external' }),
      refused: 'spec.peerASN: BGPPeer "tor" has both peerASN and dynamicASN; keep one of them',
    },
    'refuses many hops to a router of our own AS': {
      object: peerWith({ peerASN: 65001, ebgpMultiHop: true }),
      refused: 'spec.ebgpMultiHop: BGPPeer "tor" is in our own AS, where ebgpMultiHop means nothing; remove it',
    },
    'refuses what an update makes of a right one': {
      object: peerWith({ interface: 'eth1' }),
      old: peerWith({}),
      refused: 'spec.peerAddress: BGPPeer "tor" has both peerAddress and interface; keep peerAddress',
    },
    'lets what was wrong before be changed elsewhere': {
      object: peerWith({ interface: 'eth1', holdTime: '9s' }),
      old: peerWith({ interface: 'eth1' }),
    },
    'refuses a quota for some Services of a namespace': {
      object: policyWith('rules', { serviceSelectors: [{ matchLabels: { app: 'web' } }], quota: { addresses: { ipv4: 3 } } }),
      refused:
        'spec.serviceSelectors: policy "rules" has a quota, which counts every Service of a namespace, and serviceSelectors, which choose some; write two policies',
    },
  },
}
