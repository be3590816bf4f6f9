import { annotations } from '../../../core/annotations.ts'
import { l2AdvertsFor } from '../../../core/announce/layer2.ts'
import { listed } from '../listed.ts'
import { annotationField, type ServiceRule, warn } from './rule.ts'

/** Two Services of one address could be announced by different Nodes, so speakers announce neither (MetalLB's `sharedIPWithServiceSelector`). */
export const sharingWithSelectors: ServiceRule = ({ service, ipam, outcome, l2Adverts, annotations: written }) => {
  if (service.sharingKey === undefined || !outcome.ok) return []
  const pool = ipam.pools.find(({ name }) => name === outcome.value.pool)
  if (pool === undefined) return []
  if (l2AdvertsFor(service, pool, l2Adverts).ok) return []
  const matching = l2AdvertsFor({ labels: service.labels }, pool, l2Adverts)
  const choosing = matching.ok ? matching.value.filter(({ serviceSelectors }) => serviceSelectors.length > 0) : []
  const names = listed(
    choosing.map(({ name }) => `"${name}"`),
    3,
  )
  const message = `L2Advertisement ${names} chooses by Service, so an address that may be shared is not announced on layer 2 (sharedIPWithServiceSelector); drop this key, or the serviceSelectors there`
  return [warn('SharingWithSelectors', annotationField(written, annotations.allowSharedIP), message)]
}
