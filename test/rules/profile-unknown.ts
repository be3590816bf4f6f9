import { peerWith, profileWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'ProfileUnknown',
  cases: {
    'warns about a name that nobody has yet': {
      bfdProfiles: [profileWith({}, 'default-bfd')],
      object: peerWith({ bfdProfile: 'defualt-bfd' }),
      warned: 'spec.bfdProfile: there is no BFDProfile "defualt-bfd" yet; did you mean "default-bfd"?',
    },
    'is silent about one that exists': { bfdProfiles: [profileWith({})], object: peerWith({ bfdProfile: 'fast' }) },
  },
}
