import { didYouMean } from '../../../core/nearest.ts'
import { problem } from '../../../core/problem.ts'
import type { PeerRule } from './rule.ts'

/** The profile may be the next object of the same file, so this is only said. */
export const profileUnknown: PeerRule = ({ peer: { bfdProfile }, world }) => {
  const known = world.bfdProfiles.objects.flatMap(({ metadata }) => metadata.name ?? [])
  if (bfdProfile === undefined || known.includes(bfdProfile)) return []
  const message = `there is no BFDProfile "${bfdProfile.slice(0, 63)}" yet${didYouMean(bfdProfile, known)}`
  return [problem('ProfileUnknown', 'spec.bfdProfile', message, bfdProfile)]
}
