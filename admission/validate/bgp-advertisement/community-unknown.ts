import type { BgpAdvert } from '../../../core/config/bgp-advertisement.ts'
import { didYouMean } from '../../../core/nearest.ts'
import { problem } from '../../../core/problem.ts'
import { asList } from '../../../core/shape.ts'
import type { AdvertisementRule } from '../advertisement/rule.ts'

/** The Community may be the next object of the same file. Until then nothing is announced: a route without the mark that holds it back would spread. */
export const communityUnknown: AdvertisementRule<BgpAdvert> = ({ advert, spec, world }) => {
  const { names } = world.communities.compiled
  return advert.aliases.flatMap((name) => {
    if (names.has(name)) return []
    const index = asList(spec['communities']).indexOf(name)
    const message = `no Community object defines "${name.slice(0, 63)}" yet, and nothing is announced until one does${didYouMean(name, [...names.keys()])}`
    return [problem('CommunityUnknown', `spec.communities[${index}]`, message, name)]
  })
}
