import { bgp, celRefuses, dropped, type Example, misshapen, onlyRules, right } from './example.ts'

export const bgpAdvertisements: Readonly<Record<string, Example>> = {
  'is a BGPAdvertisement without spec': right(bgp()),
  'is a BGPAdvertisement with an empty spec': right(bgp({})),
  'is a BGPAdvertisement with peers, communities and lengths': right(
    bgp({
      ipAddressPools: ['bgp-pool-production'],
      peers: ['router-1'],
      communities: ['65000:100', 'no-export', 'large:65000:1:4294967295'],
      localPref: 100,
      aggregationLength: 32,
      aggregationLengthV6: 128,
    }),
  ),
  'is a BGPAdvertisement of some Services': right(bgp({ serviceSelectors: [{ matchLabels: { app: 'web' } }] })),
  'is a BGPAdvertisement with the highest localPref': right(bgp({ localPref: 4294967295 })),

  'is a BGPAdvertisement with a localPref of 33 bits': misshapen(bgp({ localPref: 4294967296 }), '/spec/localPref', 'spec.localPref'),
  'is a BGPAdvertisement with aggregationLength 33': misshapen(
    bgp({ aggregationLength: 33 }),
    '/spec/aggregationLength',
    'spec.aggregationLength',
  ),
  'is a BGPAdvertisement with aggregationLength 0': misshapen(
    bgp({ aggregationLength: 0 }),
    '/spec/aggregationLength',
    'spec.aggregationLength',
  ),
  'is a BGPAdvertisement with aggregationLengthV6 129': misshapen(
    bgp({ aggregationLengthV6: 129 }),
    '/spec/aggregationLengthV6',
    'spec.aggregationLengthV6',
  ),
  'is a BGPAdvertisement with 64 communities': misshapen(
    bgp({ communities: Array.from({ length: 64 }, (_, index) => `65000:${index}`) }),
    '/spec/communities',
    'spec.communities',
  ),
  'is a BGPAdvertisement that aggregates for some Services': celRefuses(
    bgp({ serviceSelectors: [{ matchLabels: { app: 'web' } }], aggregationLength: 24 }),
    'spec.serviceSelectors',
    'serviceSelectors need single addresses',
  ),
  'is a BGPAdvertisement that aggregates IPv6 for some Services': celRefuses(
    bgp({ serviceSelectors: [{ matchLabels: { app: 'web' } }], aggregationLengthV6: 64 }),
    'spec.serviceSelectors',
    'serviceSelectors need single addresses',
  ),
  'is a BGPAdvertisement with a community of 17 bits': celRefuses(
    bgp({ communities: ['65536:1'] }),
    'spec.communities[0]',
    'the numbers of a community end at 65535',
  ),
  'is a BGPAdvertisement with a large community of 33 bits': celRefuses(
    bgp({ communities: ['large:1:4294967296:1'] }),
    'spec.communities[0]',
    'those of a large community at 4294967295',
  ),
  'is a BGPAdvertisement with a large community without the word': celRefuses(
    bgp({ communities: ['1:2:3'] }),
    'spec.communities[0]',
    'three after the word large',
  ),
  'is a BGPAdvertisement with an extended community': celRefuses(
    bgp({ communities: ['rt:65000:1'] }),
    'spec.communities[0]',
    'three after the word large',
  ),
  'is a BGPAdvertisement with the same community twice': celRefuses(
    bgp({ communities: ['65000:1', '65000:1'] }),
    'spec.communities',
    'lists a community twice',
    'spec.communities[1]',
  ),
  'is a BGPAdvertisement with the same peer twice': celRefuses(
    bgp({ peers: ['a', 'a'] }),
    'spec.peers',
    'names a peer twice',
    'spec.peers[1]',
  ),

  'is a BGPAdvertisement with the shortest lengths': right(bgp({ aggregationLength: 1, aggregationLengthV6: 1 })),
  'is a BGPAdvertisement with the lowest localPref': right(bgp({ localPref: 0 })),
  'is a BGPAdvertisement with an alias for a community': right(bgp({ communities: ['vpn-only'] })),
  'is a BGPAdvertisement with the community of zeros': right(bgp({ communities: ['0:0'] })),
  'is a BGPAdvertisement with the highest community': right(bgp({ communities: ['65535:65535'] })),
  'is a BGPAdvertisement with the well-known names': right(
    bgp({ communities: ['no-export', 'no-advertise', 'local-as', 'graceful-shutdown'] }),
  ),
  'is a BGPAdvertisement with 63 communities': right(bgp({ communities: Array.from({ length: 63 }, (_, index) => `65000:${index}`) })),
  'is a BGPAdvertisement of some Services with single addresses': right(
    bgp({ serviceSelectors: [{ matchLabels: { app: 'web' } }], aggregationLength: 32, aggregationLengthV6: 128 }),
  ),
  'is a BGPAdvertisement that aggregates, with an empty list of Services': right(bgp({ serviceSelectors: [], aggregationLength: 24 })),
  'is a BGPAdvertisement with leading zeros in a community': right(bgp({ communities: ['00001:00002'] })),
  'is a BGPAdvertisement with a large community without its last number': celRefuses(
    bgp({ communities: ['large:1:2'] }),
    'spec.communities[0]',
    'three after the word large',
  ),
  'is a BGPAdvertisement with a community without its last number': celRefuses(bgp({ communities: ['65000:'] }), 'spec.communities[0]'),
  'is a BGPAdvertisement with a community without its first number': celRefuses(bgp({ communities: [':1'] }), 'spec.communities[0]'),
  'is a BGPAdvertisement with a space in a community': celRefuses(bgp({ communities: ['65000: 1'] }), 'spec.communities[0]'),
  'is a BGPAdvertisement with a space before a community': celRefuses(bgp({ communities: [' 65000:1'] }), 'spec.communities[0]'),
  'is a BGPAdvertisement with a negative community': celRefuses(bgp({ communities: ['-1:1'] }), 'spec.communities[0]'),
  'is a BGPAdvertisement with a hexadecimal community': celRefuses(bgp({ communities: ['0xfde8:1'] }), 'spec.communities[0]'),
  'is a BGPAdvertisement with LARGE in capitals': celRefuses(bgp({ communities: ['LARGE:1:2:3'] }), 'spec.communities[0]'),
  'is a BGPAdvertisement with a large community of four numbers': celRefuses(
    bgp({ communities: ['large:1:2:3:4'] }),
    'spec.communities[0]',
  ),
  'is a BGPAdvertisement with an endless number in a community': celRefuses(
    bgp({ communities: ['large:99999999999:1:1'] }),
    'spec.communities[0]',
  ),
  'is a BGPAdvertisement with an empty community': misshapen(bgp({ communities: [''] }), '/spec/communities/0', 'spec.communities[0]'),
  'is a BGPAdvertisement with a number for a community': misshapen(
    bgp({ communities: [65000] }),
    '/spec/communities/0',
    'spec.communities[0]',
  ),
  'is a BGPAdvertisement with a negative localPref': misshapen(bgp({ localPref: -1 }), '/spec/localPref', 'spec.localPref'),
  'is a BGPAdvertisement with localPref in quotes': misshapen(bgp({ localPref: '100' }), '/spec/localPref', 'spec.localPref'),
  'is a BGPAdvertisement with a peer without name': misshapen(bgp({ peers: [''] }), '/spec/peers/0', 'spec.peers[0]'),
  'is a BGPAdvertisement with a text for peers': misshapen(bgp({ peers: 'router-1' }), '/spec/peers', 'spec.peers'),
  'is a BGPAdvertisement that names a pool twice': celRefuses(
    bgp({ ipAddressPools: ['a', 'a'] }),
    'spec.ipAddressPools',
    'names a pool twice',
    'spec.ipAddressPools[1]',
  ),
  'is a BGPAdvertisement with one community in two spellings': right(bgp({ communities: ['65000:1', '65000:01'] })),
  'is a BGPAdvertisement with the same node selector twice': onlyRules(
    bgp({ nodeSelectors: [{ matchLabels: { a: 'b' } }, { matchLabels: { a: 'b' } }] }),
    'repeatedSelector',
    'spec.nodeSelectors[1]',
  ),
  'is a BGPAdvertisement with a peer in place of peers': dropped(bgp({ peer: 'router-1' }), '/spec', 'spec.peer'),
  'is a BGPAdvertisement with interfaces, which are for layer 2': dropped(bgp({ interfaces: ['eth0'] }), '/spec', 'spec.interfaces'),
}
