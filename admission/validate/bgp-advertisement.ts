import { type BgpAdvert, compileBgpAdvertisement } from '../../core/config/bgp-advertisement.ts'
import { asFields, type Fields } from '../../core/shape.ts'
import type { Verdict } from '../verdict.ts'
import type { World } from '../world.ts'
import { poolUnknown } from './advertisement/pool-unknown.ts'
import { poolsSelected } from './advertisement/pools-selected.ts'
import type { AdvertisementRule } from './advertisement/rule.ts'
import { selectionDuplicates } from './advertisement/selection-duplicates.ts'
import { aggregationTooShort } from './bgp-advertisement/aggregation-too-short.ts'
import { communityUnknown } from './bgp-advertisement/community-unknown.ts'
import { echoBesideIPv6 } from './bgp-advertisement/echo-not-possible.ts'
import { localPrefConflicts } from './bgp-advertisement/local-pref-conflict.ts'
import { localPrefNotSent } from './bgp-advertisement/local-pref-not-sent.ts'
import { peerUnknown } from './bgp-advertisement/peer-unknown.ts'
import { nodesSelected } from './nodes-selected.ts'
import { verdictOn } from './own-kind.ts'
import { type Place, placed } from './place.ts'

const refusing: readonly AdvertisementRule<BgpAdvert>[] = [aggregationTooShort, localPrefConflicts]

const advising: readonly AdvertisementRule<BgpAdvert>[] = [
  poolUnknown,
  poolsSelected,
  peerUnknown,
  communityUnknown,
  ({ advert, world }) => nodesSelected(advert.nodeSelectors, 'nothing is announced', world),
  localPrefNotSent,
  echoBesideIPv6,
]

/** Shape, selectors, duplicates, communities, and how it goes with its pools and the other advertisements; what it names and nobody has defined (yet) is only warned about. */
export function validateBGPAdvertisement(object: Fields, place: Place, world: World): Verdict {
  const { advert, problems } = compileBgpAdvertisement(placed(object, place), undefined)
  const spec = asFields(object['spec']) ?? {}
  const said = (rules: typeof refusing) => (advert === undefined ? [] : rules.flatMap((rule) => rule({ advert, spec, world })))
  const subject = { key: 'metallb.io/v1beta1/BGPAdvertisement', object, place, world }
  return verdictOn(subject, [...problems, ...selectionDuplicates(spec), ...said(refusing)], () => said(advising))
}
