import { compileCommunities, compileCommunity } from '../../core/config/community.ts'
import type { Fields } from '../../core/shape.ts'
import type { Verdict } from '../verdict.ts'
import type { World } from '../world.ts'
import { verdictOn } from './own-kind.ts'
import { type Place, placed } from './place.ts'

/** Shape, values, and names that are defined already, here or in another object. */
export function validateCommunity(object: Fields, place: Place, world: World): Verdict {
  const others = compileCommunities(world.communities.objects.filter(({ metadata }) => metadata.name !== place.name))
  const { problems } = compileCommunity(placed(object, place), others.definedIn)
  return verdictOn({ key: 'metallb.io/v1beta1/Community', object, place, world }, problems, () => [])
}
