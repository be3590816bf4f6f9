import { annotations } from '../../../core/annotations.ts'
import { describeRefusal } from '../../../core/refusal.ts'
import { pools, refusals, refuse, type ServiceRule } from './rule.ts'

/** As certain as a full pool that is named: somebody else of the namespace has to go first. */
export const quotaExceeded: ServiceRule = (facts) =>
  refusals(facts, 'QuotaExceeded').map((refusal) => {
    const { namespace } = refusal
    const cure = `delete a Service that holds one, let two share one (${annotations.allowSharedIP}), or raise the quota`
    const message = `${describeRefusal(refusal)}; ${cure}`
    return refuse('QuotaExceeded', 'spec.type', message, [pools, { kind: 'policies' }, { kind: 'servicesIn', namespace }])
  })
