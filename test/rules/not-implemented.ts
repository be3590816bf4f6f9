import { peerWith, profileWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'NotImplemented',
  cases: {
    'warns about sessions that would wait': {
      object: peerWith({ vrf: 'red' }),
      warned: 'spec.vrf: sessions in a VRF are not supported yet: the session waits until vrf is removed',
    },
    'warns about routers found by interface': {
      object: peerWith({ peerAddress: '', interface: 'eth1' }),
      warned: 'spec.interface: routers found by interface are not supported yet: the session waits; set peerAddress',
    },
    'warns about what protects less than it says': {
      bfdProfiles: [profileWith({})],
      object: peerWith({ bfdProfile: 'fast', enableGracefulRestart: true }),
      warned: `spec.bfdProfile: BFD is not supported yet: the hold time alone finds a broken path
spec.enableGracefulRestart: graceful restart is not supported yet: the router drops the routes while a speaker restarts`,
    },
  },
}
