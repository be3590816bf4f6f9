import { compileL2Advertisement } from '../../core/config/l2-advertisement.ts'
import type { Fields } from '../../core/shape.ts'
import type { Verdict } from '../verdict.ts'
import type { World } from '../world.ts'
import { advertisedPoolUnknown } from './advertisement/advertised-pool-unknown.ts'
import { nodesSelected } from './advertisement/nodes-selected.ts'
import { verdictOn } from './own-kind.ts'
import { type Place, placed } from './place.ts'

/** Shape, selectors and duplicates; a pool that does not exist (yet) is only warned about, because it may be the next object of the same file. */
export function validateL2Advertisement(object: Fields, place: Place, world: World): Verdict {
  const { advert, problems } = compileL2Advertisement(placed(object, place))
  return verdictOn({ key: 'metallb.io/v1beta1/L2Advertisement', object, place, world }, problems, () => [
    ...advertisedPoolUnknown(object, world),
    ...(advert === undefined ? [] : nodesSelected(advert, world)),
  ])
}
