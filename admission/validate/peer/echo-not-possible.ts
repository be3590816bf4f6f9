import { problem } from '../../../core/problem.ts'
import type { PeerRule } from './rule.ts'

/** Echo packets go to a router on the same link, over IPv4 (RFC 5881 §4). */
export const echoNotPossible: PeerRule = ({ peer, world }) => {
  const profile = world.bfdProfiles.compiled.find(({ name }) => name === peer.bfdProfile)
  if (profile?.isEcho !== true) return []
  const say = (why: string) => [
    problem(
      'EchoNotPossible',
      'spec.bfdProfile',
      `echoMode of BFDProfile "${profile.name}" does nothing here: ${why}; use a profile without it`,
      profile.name,
    ),
  ]
  if (peer.isMultiHop) return say('the router may be several hops away (ebgpMultiHop), and echo packets go one')
  if (peer.address?.family === 'IPv6') return say('the session is over IPv6, and echo packets are of IPv4')
  return []
}
