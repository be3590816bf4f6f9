import { selectsService } from '../../../core/pool-order.ts'
import { addressField, poolField, type ServiceRule, warn } from './rule.ts'

/** What a Service names itself overrides serviceSelectors: its author could set the labels as well. */
export const serviceNotSelected: ServiceRule = (facts) => {
  const { service, ipam, outcome } = facts
  if (!outcome.ok) return []
  const pool = ipam.pools.find(({ name }) => name === outcome.value.pool)
  const namesPool = service.requestedPool?.isDefault === false
  const namesAddress = service.requestedAddresses.ok && service.requestedAddresses.value.length > 0
  if (pool === undefined || selectsService(pool, service) || !(namesPool || namesAddress)) return []
  const message = `pool "${pool.name}" selects Services by label (serviceAllocation.serviceSelectors), and this one is not selected; it is served because it names the ${namesPool ? 'pool' : 'address'}`
  return [warn('ServiceNotSelected', namesPool ? poolField(facts) : addressField(facts), message)]
}
