import { bgpAdvertisementWith, communityWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'CommunityUnknown',
  cases: {
    'warns about a name that nobody defines yet': {
      communities: [communityWith([['no-export', '65535:65281']])],
      object: bgpAdvertisementWith({ communities: ['65000:1', 'no-exprot', 'elsewhere'] }),
      warned: `spec.communities[1]: no Community object defines "no-exprot" yet, and nothing is announced until one does; did you mean "no-export"?
spec.communities[2]: no Community object defines "elsewhere" yet, and nothing is announced until one does`,
    },
    'is silent about one that is defined': {
      communities: [communityWith([['no-export', '65535:65281']])],
      object: bgpAdvertisementWith({ communities: ['no-export'] }),
    },
  },
}
