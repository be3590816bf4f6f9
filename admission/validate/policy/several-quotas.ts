import type { Family } from '../../../core/address.ts'
import { coversNamespace } from '../../../core/config/scope.ts'
import { problem } from '../../../core/problem.ts'
import { quotaOf } from '../../../core/quota.ts'
import type { PolicyRule } from './rule.ts'

/** Of several quotas for one namespace the smallest counts; that of the policy at hand may be the one that does nothing. */
export const severalQuotas: PolicyRule = ({ policy, others, world }) =>
  (['IPv4', 'IPv6'] as const).flatMap((family) => {
    const rivals = others.filter(({ quota }) => quota[family] !== undefined)
    if (policy.quota[family] === undefined || rivals.length === 0) return []
    const shared = world
      .namespaces()
      .filter((namespace) => coversNamespace(policy.scope, namespace) && quotaOf(namespace, rivals)[family] !== undefined)
    const [first] = shared
    const counts = first === undefined ? undefined : quotaOf(first, [...rivals, policy])[family]
    const rival = first === undefined ? undefined : quotaOf(first, rivals)[family]
    if (first === undefined || counts === undefined || rival === undefined) return []
    const more = shared.length > 1 ? ` (and ${shared.length - 1} more)` : ''
    const message = `policy "${rival.policy}" has a quota for namespace "${first.name}"${more} too: the smallest counts, ${counts.allowed} of "${counts.policy}"`
    return [problem('SeveralQuotas', fieldOf(family), message, String(policy.quota[family]))]
  })

export function fieldOf(family: Family): string {
  return `spec.quota.addresses.${family === 'IPv4' ? 'ipv4' : 'ipv6'}`
}
