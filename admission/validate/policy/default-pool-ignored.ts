import { annotations } from '../../../core/annotations.ts'
import type { Policy } from '../../../core/config/policy.ts'
import { coversNamespace } from '../../../core/config/scope.ts'
import { problem } from '../../../core/problem.ts'
import type { PolicyCase, PolicyRule } from './rule.ts'

/** A default that gives way to another one, or that no Service gets. */
export const defaultPoolIgnored: PolicyRule = (facts) => {
  const { defaultPool } = facts.policy
  const reason = defaultPool === undefined ? undefined : reasonFor(defaultPool, facts)
  return reason === undefined ? [] : [problem('DefaultPoolIgnored', 'spec.defaultPool', reason, defaultPool)]
}

function reasonFor(name: string, { policy, others, world }: PolicyCase): string | undefined {
  const pool = world.pools.pools.find((each) => each.name === name)
  if (pool === undefined) return undefined
  if (!pool.autoAssign) return `pool "${name}" has autoAssign: false, so only Services that name it get it; as default it does nothing`
  const ofCluster = world.pools.pools.find(({ isDefault }) => isDefault)
  if (ofCluster !== undefined && ofCluster.name !== name) {
    return `pool "${ofCluster.name}" is the default of the cluster (${annotations.isDefaultPool}) and comes first for every Service that may use it`
  }
  const before = others.find((other) => other.name < policy.name && other.defaultPool !== undefined && meet(other, policy, world))
  return before === undefined
    ? undefined
    : `policy "${before.name}" comes first by name, so where both apply its default, "${before.defaultPool ?? ''}", counts`
}

/** Some Service could be in the scope of both, as far as today's namespaces show. */
function meet(a: Policy, b: Policy, world: PolicyCase['world']): boolean {
  return world.namespaces().some((namespace) => coversNamespace(a.scope, namespace) && coversNamespace(b.scope, namespace))
}
