import { pools, refusals, refuse, type ServiceRule } from './rule.ts'

/** Certain, as a full pool is: somebody else of the namespace has to go first. */
export const quotaExceeded: ServiceRule = (facts) =>
  refusals(facts, 'QuotaExceeded').map(({ policy, namespace, family, used, allowed }) => {
    const has = used === 0 ? `may not have ${family} addresses` : `has ${used} ${family} ${used === 1 ? 'address' : 'addresses'}`
    const limit = `AllocationPolicy "${policy}" allows it ${allowed}`
    const cure = used === 0 ? `raise the policy's quota` : `delete a Service that holds one, share one by metallb.io/allow-shared-ip, or raise the quota`
    const message = `namespace "${namespace}" ${has}: ${limit}; ${cure}`
    return refuse('QuotaExceeded', 'spec.type', message, [pools, { kind: 'policies' }, { kind: 'servicesIn', namespace }])
  })
