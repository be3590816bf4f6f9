// Which L2Advertisements speak for a Service: MetalLB's rule, for whoever decides, judges or explains an announcement.
import type { L2Advert } from '../config/l2-advertisement.ts'
import type { Pool } from '../config/pool.ts'
import { selectsPool, selectsService } from '../config/selection.ts'
import { fail, ok, type Result } from '../result.ts'
import type { Labels } from '../selector.ts'

/** What of a Service decides which advertisements are for it. */
export interface Announceable {
  readonly labels: Labels
  readonly sharingKey?: string | undefined
}

/** Sharing an address and choosing by Service contradict each other: two owners could be elected for it. */
export function l2AdvertsFor(
  service: Announceable,
  pool: Pool,
  adverts: readonly L2Advert[],
): Result<readonly L2Advert[], 'sharedIPWithServiceSelector'> {
  const matching = adverts.filter((advert) => selectsPool(advert, pool) && selectsService(advert, service.labels))
  const isContradiction = service.sharingKey !== undefined && matching.some(({ serviceSelectors }) => serviceSelectors.length > 0)
  return isContradiction ? fail('sharedIPWithServiceSelector') : ok(matching)
}
