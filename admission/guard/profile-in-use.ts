import { type Problem, problem } from '../../core/problem.ts'
import type { World } from '../world.ts'

const shown = 3

/** A session whose profile is gone would run without BFD, or not at all. No annotation allows it, as in MetalLB: the peers can be changed first. */
export function profileInUse(profile: string, world: World): readonly Problem[] {
  const users = world.peers.compiled.flatMap(({ name, bfdProfile }) => (bfdProfile === profile ? [`"${name}"`] : [])).toSorted()
  if (users.length === 0) return []
  const more = users.length > shown ? ` and ${users.length - shown} more` : ''
  const names = users.slice(0, shown).join(', ')
  const message = `failed to delete BFDProfile "${profile}", used by BGPPeer ${names}${more}; remove spec.bfdProfile from each of them, or delete them, first`
  return [problem('ProfileInUse', 'metadata.name', message)]
}
