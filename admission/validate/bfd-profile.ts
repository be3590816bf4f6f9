import { compileBfdProfile } from '../../core/config/bfd-profile.ts'
import { problem } from '../../core/problem.ts'
import { asFields, type Fields } from '../../core/shape.ts'
import type { Verdict } from '../verdict.ts'
import type { World } from '../world.ts'
import { verdictOn } from './own-kind.ts'
import { type Place, placed } from './place.ts'

/** Shape and limits. */
export function validateBFDProfile(object: Fields, place: Place, world: World): Verdict {
  const { problems } = compileBfdProfile(placed(object, place))
  return verdictOn({ key: 'metallb.io/v1beta1/BFDProfile', object, place, world }, problems, () => echoWithMinimumTtl(object))
}

/** Echo packets go one hop, and a TTL is looked at over several. */
function echoWithMinimumTtl(object: Fields): ReturnType<typeof problem>[] {
  const spec = asFields(object['spec']) ?? {}
  if (spec['echoMode'] !== true || (spec['minimumTtl'] ?? undefined) === undefined) return []
  const message =
    'minimumTtl counts for routers several hops away, and echoMode for those on the same subnet: no session uses both; remove one of them'
  return [problem('WithoutEffect', 'spec.minimumTtl', message)]
}
