import { compileL2Advertisement, type L2Advert } from '../../core/config/l2-advertisement.ts'
import { asFields, type Fields } from '../../core/shape.ts'
import type { Verdict } from '../verdict.ts'
import type { World } from '../world.ts'
import { poolUnknown } from './advertisement/pool-unknown.ts'
import { poolsSelected } from './advertisement/pools-selected.ts'
import type { AdvertisementRule } from './advertisement/rule.ts'
import { selectionDuplicates } from './advertisement/selection-duplicates.ts'
import { preferredNodes } from './l2-advertisement/preferred-nodes.ts'
import { nodesSelected } from './nodes-selected.ts'
import { verdictOn } from './own-kind.ts'
import { type Place, placed } from './place.ts'

const advising: readonly AdvertisementRule<L2Advert>[] = [
  poolUnknown,
  poolsSelected,
  ({ advert, world }) => nodesSelected(advert.nodeSelectors, 'nothing is announced', world),
  preferredNodes,
]

/** Shape, selectors and duplicates; a pool that does not exist (yet) is only warned about, because it may be the next object of the same file. */
export function validateL2Advertisement(object: Fields, place: Place, world: World): Verdict {
  const { advert, problems } = compileL2Advertisement(placed(object, place))
  const spec = asFields(object['spec']) ?? {}
  return verdictOn({ key: 'metallb.io/v1beta1/L2Advertisement', object, place, world }, [...problems, ...selectionDuplicates(spec)], () =>
    advert === undefined ? [] : advising.flatMap((rule) => rule({ advert, spec, world })),
  )
}
