import { annotations } from '../../../core/annotations.ts'
import { l2AdvertsFor } from '../../../core/announce/layer2.ts'
import { listed } from '../listed.ts'
import { annotationField, poolsOf, type ServiceRule, warn } from './rule.ts'

/** Two Services of one address could be announced by different Nodes, so speakers announce neither (MetalLB's `sharedIPWithServiceSelector`). */
export const sharingWithSelectors: ServiceRule = (facts) => {
  const { service, l2Adverts, annotations: written } = facts
  const contradicted = service.sharingKey === undefined ? [] : poolsOf(facts).filter((pool) => !l2AdvertsFor(service, pool, l2Adverts).ok)
  if (contradicted.length === 0) return []
  const matching = contradicted.flatMap((pool) => {
    const adverts = l2AdvertsFor({ labels: service.labels }, pool, l2Adverts)
    return adverts.ok ? adverts.value : []
  })
  const choosing = [...new Set(matching)].filter(({ serviceSelectors }) => serviceSelectors.length > 0)
  const names = listed(
    choosing.map(({ name }) => `"${name}"`),
    3,
  )
  const message = `L2Advertisement ${names} chooses by Service, so an address that may be shared is not announced on layer 2 (sharedIPWithServiceSelector); drop this key, or the serviceSelectors there`
  return [warn('SharingWithSelectors', annotationField(written, annotations.allowSharedIP), message)]
}
