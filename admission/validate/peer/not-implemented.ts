import { problem } from '../../../core/problem.ts'
import type { PeerRule } from './rule.ts'

/** Fields of MetalLB that the speakers cannot serve yet: in the words of the session's status, but before somebody waits for it. */
export const notImplemented: PeerRule = ({ peer, spec }) => [
  ...(peer.interface === undefined
    ? []
    : [
        problem('NotImplemented', 'spec.interface', 'routers found by interface are not supported yet: the session waits; set peerAddress'),
      ]),
  ...(peer.vrf === undefined
    ? []
    : [problem('NotImplemented', 'spec.vrf', 'sessions in a VRF are not supported yet: the session waits until vrf is removed')]),
  ...(peer.bfdProfile === undefined
    ? []
    : [problem('NotImplemented', 'spec.bfdProfile', 'BFD is not supported yet: the hold time alone finds a broken path')]),
  ...(spec['enableGracefulRestart'] === true
    ? [
        problem(
          'NotImplemented',
          'spec.enableGracefulRestart',
          'graceful restart is not supported yet: the router drops the routes while a speaker restarts',
        ),
      ]
    : []),
]
