import { compileBfdProfile } from '../../core/config/bfd-profile.ts'
import type { Fields } from '../../core/shape.ts'
import type { Verdict } from '../verdict.ts'
import type { World } from '../world.ts'
import { verdictOn } from './own-kind.ts'
import { type Place, placed } from './place.ts'

/** Shape and limits. */
export function validateBFDProfile(object: Fields, place: Place, world: World): Verdict {
  const { problems } = compileBfdProfile(placed(object, place))
  return verdictOn({ key: 'metallb.io/v1beta1/BFDProfile', object, place, world }, problems, () => [])
}
