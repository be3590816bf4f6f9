import { problem } from '../../../core/problem.ts'
import type { PolicyRule } from './rule.ts'

/** Often a key that stands under the wrong parent. */
export const policyWithoutEffect: PolicyRule = ({ policy }) => {
  const { name, validations, quota, defaultPool } = policy
  if (validations.length > 0 || Object.keys(quota).length > 0 || defaultPool !== undefined) return []
  const message = `policy "${name}" has neither validations nor quota nor defaultPool, so it does nothing`
  return [problem('PolicyWithoutEffect', 'spec', message)]
}
