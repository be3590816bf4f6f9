import { compilePolicy } from '../../core/config/policy.ts'
import { asFields, type Fields } from '../../core/shape.ts'
import type { Verdict } from '../verdict.ts'
import type { World } from '../world.ts'
import { verdictOn } from './own-kind.ts'
import { type Place, placed } from './place.ts'
import { defaultPoolIgnored } from './policy/default-pool-ignored.ts'
import { defaultPoolUnknown } from './policy/default-pool-unknown.ts'
import { expressionInvalid } from './policy/expression-invalid.ts'
import { policyWithoutEffect } from './policy/policy-without-effect.ts'
import { quotaBelowUse } from './policy/quota-below-use.ts'
import type { PolicyRule } from './policy/rule.ts'
import { selectsNothing } from './policy/selects-nothing.ts'
import { severalQuotas } from './policy/several-quotas.ts'

const advice: readonly PolicyRule[] = [
  policyWithoutEffect,
  defaultPoolUnknown,
  defaultPoolIgnored,
  severalQuotas,
  quotaBelowUse,
  selectsNothing,
]

/** Shape, selectors and every expression: what could not be enforced is refused; what gives way to another policy is only warned about. */
export function validateAllocationPolicy(object: Fields, place: Place, world: World): Verdict {
  const { policy, problems } = compilePolicy(placed(object, place))
  const facts = { spec: asFields(object['spec']) ?? {}, others: world.policies.compiled.filter(({ name }) => name !== place.name), world }
  const ofExpressions = policy === undefined ? [] : expressionInvalid(policy)
  return verdictOn({ key: 'metallb.io/v1alpha1/AllocationPolicy', object, place, world }, [...problems, ...ofExpressions], () =>
    policy === undefined ? [] : advice.flatMap((rule) => rule({ ...facts, policy })),
  )
}
