import { didYouMean } from '../../../core/nearest.ts'
import { problem } from '../../../core/problem.ts'
import type { AdvertisementRule } from './rule.ts'

/** The pool may be the next object of the same file, so this is only said. */
export const poolUnknown: AdvertisementRule = ({ advert, world }) => {
  const known = world.poolObjects.flatMap(({ metadata }) => metadata.name ?? [])
  return [...advert.poolNames].flatMap((name, index) => {
    if (known.includes(name)) return []
    const message = `there is no pool "${name.slice(0, 63)}" yet, so nothing of it is announced${didYouMean(name, known)}`
    return [problem('PoolUnknown', `spec.ipAddressPools[${index}]`, message, name)]
  })
}
