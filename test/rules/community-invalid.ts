import { bgpAdvertisementWith, communityWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'CommunityInvalid',
  cases: {
    'refuses numbers beyond their end': {
      object: bgpAdvertisementWith({ communities: ['65536:1', 'large:1:2:4294967296'] }),
      refused: `spec.communities[0]: community "65536:1" of BGPAdvertisement "routes": invalid community value: invalid section: each of the two parts is a decimal number of at most 65535
spec.communities[1]: community "large:1:2:4294967296" of BGPAdvertisement "routes": invalid community value: invalid section: each of the three parts is a decimal number of at most 4294967295`,
    },
    'refuses another marker than large': {
      object: communityWith([['far', 'big:1:2:3']]),
      refused:
        'spec.communities[0].value: community "big:1:2:3" of name "far" in Community "marks": expected community to be of format large: write large:65000:1:2',
    },
    'refuses a single number': {
      object: communityWith([['old', '65000']]),
      refused:
        'spec.communities[0].value: community "65000" of name "old" in Community "marks": invalid community value: write 65000:100, or a large one as large:65000:1:2',
    },
    'refuses a colon in a name': {
      object: communityWith([['a:b', '65000:1']]),
      refused:
        'spec.communities[0].name: name "a:b" in Community "marks" has a colon, so that it would be read as a value; leave the colon out',
    },
    'lets what was wrong before be repaired in part': {
      object: communityWith([
        ['a', '65000'],
        ['b', '65000:1'],
      ]),
      old: communityWith([
        ['b', 'x:1'],
        ['a', '65000'],
      ]),
    },
  },
}
