// What every rule for AllocationPolicies is given and gives. They only warn: what refuses a policy is found by core/config and by the compiler of CEL.
import type { Policy } from '../../../core/config/policy.ts'
import type { Problem } from '../../../core/problem.ts'
import type { Fields } from '../../../core/shape.ts'
import type { World } from '../../world.ts'

export interface PolicyCase {
  readonly policy: Policy
  /** As it was written. */
  readonly spec: Fields
  /** All others that can be used, by name. */
  readonly others: readonly Policy[]
  readonly world: World
}

export type PolicyRule = (facts: PolicyCase) => readonly Problem[]
