import { compilePools } from '../../core/config/pools.ts'
import { type Fields } from '../../core/shape.ts'
import type { IPAddressPool } from '../../schemas/generated/types.ts'
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
  const present: readonly { readonly metadata: { readonly name?: string } }[] = kind === 'pools' ? world.poolObjects : world[kind].objects
  const others = present.filter(({ metadata }) => metadata.name !== place.name)
  const objects = object === undefined ? others : [...others, placed<(typeof others)[number]>(object, place)]
  // What each kind is made of is checked where `storedAs` is written; here one line serves all of them.
  if (kind !== 'pools') return { ...world, [kind]: storedAs[kind](objects as readonly never[]) }
  const poolObjects = objects as readonly IPAddressPool[]
  return { ...world, poolObjects, pools: compilePools(poolObjects) }
}
