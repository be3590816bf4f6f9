import { selectsService } from '../../../core/pool-order.ts'
import { addressField, poolField, poolsOf, type ServiceRule, warn } from './rule.ts'

/** What a Service names itself overrides serviceSelectors: its author could set the labels as well. */
export const serviceNotSelected: ServiceRule = (facts) => {
  const { service } = facts
  const namesPool = service.requestedPools.length > 0
  if (!namesPool && service.requestedAddresses.length === 0) return []
  const field = namesPool ? poolField(facts) : addressField(facts)
  return poolsOf(facts).flatMap((pool) => {
    if (selectsService(pool, service)) return []
    const message = `pool "${pool.name}" selects Services by label (serviceAllocation.serviceSelectors), and this one is not selected; it is served because it names the ${namesPool ? 'pool' : 'address'}`
    return [warn('ServiceNotSelected', field, message)]
  })
}
