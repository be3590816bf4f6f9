import { compilePools } from '../../core/config/pools.ts'
import type { KubeObject } from '../../core/objects.ts'
import type { Fields } from '../../core/shape.ts'
import type { OwnKind } from '../evidence.ts'
import { storedAs } from '../stored.ts'
import { type Place, placed } from '../validate/place.ts'
import type { World } from '../world.ts'

/**
 * The configuration as it would be with another object of this kind in this place; the Services, and the books of what they hold, are as they are.
 *
 * @param object undefined when it is deleted
 */
export function worldAfter(world: World, kind: OwnKind, place: Place, object: Fields | undefined): World {
  if (kind === 'pools') {
    const poolObjects = changed(world.poolObjects, place, object)
    return { ...world, poolObjects, pools: compilePools(poolObjects) }
  }
  // What each kind is made of is checked where `storedAs` is written; here one line serves all of them.
  return { ...world, [kind]: storedAs[kind](changed<KubeObject>(world[kind].objects, place, object) as readonly never[]) }
}

function changed<O extends KubeObject>(objects: readonly O[], place: Place, object: Fields | undefined): readonly O[] {
  const others = objects.filter(({ metadata }) => metadata.name !== place.name)
  return object === undefined ? others : [...others, placed<O>(object, place)]
}
