import { compileBgpAdvertisement } from '../../core/config/bgp-advertisement.ts'
import type { Fields } from '../../core/shape.ts'
import type { Verdict } from '../verdict.ts'
import type { World } from '../world.ts'
import { advertisedPoolUnknown } from './advertisement/advertised-pool-unknown.ts'
import { nodesSelected } from './advertisement/nodes-selected.ts'
import { verdictOn } from './own-kind.ts'
import { type Place, placed } from './place.ts'

/** Shape, selectors, duplicates and communities; what it names and nobody has defined (yet) is only warned about. */
export function validateBGPAdvertisement(object: Fields, place: Place, world: World): Verdict {
  const { advert, problems } = compileBgpAdvertisement(placed(object, place), undefined)
  return verdictOn({ key: 'metallb.io/v1beta1/BGPAdvertisement', object, place, world }, problems, () => [
    ...advertisedPoolUnknown(object, world),
    ...(advert === undefined ? [] : nodesSelected(advert, world)),
  ])
}
