import { advertisementWith, peerWith, policyWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'MissingField',
  cases: {
    'refuses a peer without an AS number of its own': {
      object: peerWith({ myASN: undefined }),
      refused: 'spec.myASN: BGPPeer "tor" has no AS number of its own side; set myASN',
    },
    'refuses a peer without an AS number of the router': {
      object: peerWith({ peerASN: undefined }),
      refused: 'spec.peerASN: BGPPeer "tor" has no AS number of the router; set peerASN, or dynamicASN',
    },
    'refuses a peer without a router': {
      object: peerWith({ peerAddress: '' }),
      refused: 'spec.peerAddress: BGPPeer "tor" has neither peerAddress nor interface; set the address of the router',
    },
    'refuses a quota of nothing': {
      object: policyWith('rules', { quota: { addresses: {} } }),
      refused: 'spec.quota.addresses: the quota of policy "rules" limits nothing: it needs ipv4, ipv6 or both',
    },
    'refuses an entry without all of its parts': {
      object: advertisementWith({ preferredNodeSelectors: [{ preference: {} }] }),
      refused: 'spec.preferredNodeSelectors[0].weight: is missing; weight is required and must be a whole number',
    },
  },
}
