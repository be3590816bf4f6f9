import { coversNamespace } from '../../../core/config/scope.ts'
import { problem } from '../../../core/problem.ts'
import type { PolicyRule } from './rule.ts'
import { fieldOf } from './several-quotas.ts'

const shown = 3

/** Nobody loses an address by a quota, so it does not hold yet where more is held. */
export const quotaBelowUse: PolicyRule = ({ policy, world }) => {
  const ipam = world.ipam()
  const namespaces = world.namespaces().filter((namespace) => coversNamespace(policy.scope, namespace))
  return (['IPv4', 'IPv6'] as const).flatMap((family) => {
    const allowed = policy.quota[family]
    if (allowed === undefined) return []
    const above = namespaces.flatMap(({ name }) => {
      const used = ipam.heldIn(name)[family]
      return used > allowed ? [`"${name}" (${used})`] : []
    })
    if (above.length === 0) return []
    const more = above.length > shown ? ` and ${above.length - shown} more` : ''
    const message = `more than ${allowed} are held by ${above.slice(0, shown).join(', ')}${more}; what a Service has it keeps, and none is added until there are fewer`
    return [problem('QuotaBelowUse', fieldOf(family), message, String(allowed))]
  })
}
