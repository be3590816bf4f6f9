import type { L2Advert } from '../../../core/config/l2-advertisement.ts'
import { problem } from '../../../core/problem.ts'
import type { AdvertisementRule } from '../advertisement/rule.ts'

/** A preference is only a preference: without its Nodes any other announces. */
export const preferredNodes: AdvertisementRule<L2Advert> = ({ advert, world }) => {
  const nodes = world.nodes()
  return advert.preferred.flatMap(({ selector }, index) => {
    if (nodes.some(({ labels }) => selector.matches(labels))) return []
    const message = `no Node matches ${selector.canonical.slice(0, 100)} today, so it prefers nobody`
    return [problem('SelectsNothing', `spec.preferredNodeSelectors[${index}].preference`, message)]
  })
}
