import { advertisementWith, bgpAdvertisementWith, communityWith, peerWith, poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'DuplicateEntry',
  cases: {
    'refuses a name that is listed twice': {
      pools: { a: '10.0.0.0/28' },
      object: advertisementWith({ ipAddressPools: ['a', 'a'] }),
      refused:
        'spec.ipAddressPools[1]: duplicate "a" in spec.ipAddressPools of L2Advertisement "lan": entry 0 is the same; remove one of them',
    },
    'refuses peers, communities and selectors that are listed twice': {
      object: bgpAdvertisementWith({
        peers: ['a', 'b', 'a'],
        communities: ['65000:1', '65000:1'],
        nodeSelectors: [{ matchLabels: { rack: 'a' } }, { matchExpressions: [{ key: 'rack', operator: 'In', values: ['a'] }] }],
      }),
      refused: `spec.nodeSelectors[1]: duplicate label selector "{\\"matchExpressions\\":[{\\"key\\":\\"rack\\",\\"operator\\":\\"In\\",\\"values\\":[\\"a\\"]}]}" in BGPAdvertisement "routes": spec.nodeSelectors[0] says the same; remove one of them
spec.peers[2]: duplicate "a" in spec.peers of BGPAdvertisement "routes": entry 0 is the same; remove one of them
spec.communities[1]: duplicate "65000:1" in spec.communities of BGPAdvertisement "routes": entry 0 is the same; remove one of them`,
    },
    'refuses what a selector says twice': {
      object: peerWith({
        nodeSelectors: [
          {
            matchExpressions: [
              { key: 'rack', operator: 'In', values: ['a', 'b'] },
              { key: 'rack', operator: 'In', values: ['b', 'a'] },
              { key: 'disk', operator: 'NotIn', values: ['slow', 'slow'] },
            ],
          },
        ],
      }),
      refused: `spec.nodeSelectors[0].matchExpressions[1]: duplicate expression: spec.nodeSelectors[0].matchExpressions[0] says the same; remove one of them
spec.nodeSelectors[0].matchExpressions[2].values[1]: duplicate value "slow"; remove one of them`,
    },
    'refuses namespaces and selectors that a pool lists twice': {
      object: poolWith('a', {
        addresses: ['10.0.0.0/28'],
        serviceAllocation: {
          namespaces: ['shop', 'bank', 'shop'],
          namespaceSelectors: [{ matchLabels: { tier: 'gold' } }, { matchLabels: { tier: 'gold' } }],
          serviceSelectors: [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'web'] }] }],
        },
      }),
      refused: `spec.serviceAllocation.namespaces[2]: duplicate "shop" in spec.serviceAllocation.namespaces of pool "a": entry 0 is the same; remove one of them
spec.serviceAllocation.namespaceSelectors[1]: duplicate label selector "{\\"matchLabels\\":{\\"tier\\":\\"gold\\"}}" in pool "a": spec.serviceAllocation.namespaceSelectors[0] says the same; remove one of them
spec.serviceAllocation.serviceSelectors[0].matchExpressions[0].values[1]: duplicate value "web"; remove one of them`,
    },
    'refuses a community that is defined already, here or there': {
      communities: [communityWith([['no-export', '65535:65281']], 'first')],
      object: communityWith([
        ['no-export', '65535:65281'],
        ['mark', '65000:1'],
        ['mark', '65000:2'],
      ]),
      refused: `spec.communities[0].name: duplicate definition of community "no-export" in Community "marks": Community "first" defines it already; remove one of them
spec.communities[2].name: duplicate definition of community "mark" in Community "marks": an entry before it defines it already; remove one of them`,
    },
    'refuses the one that is written, wherever its name stands in the alphabet': {
      communities: [communityWith([['mark', '65000:1']], 'z')],
      object: communityWith([['mark', '65000:2']], 'a'),
      refused:
        'spec.communities[0].name: duplicate definition of community "mark" in Community "a": Community "z" defines it already; remove one of them',
    },
    'lets a Community be changed that was a duplicate before': {
      communities: [communityWith([['mark', '65000:1']], 'first')],
      object: communityWith([
        ['mark', '65000:2'],
        ['new', '65000:3'],
      ]),
      old: communityWith([['mark', '65000:2']]),
    },
  },
}
