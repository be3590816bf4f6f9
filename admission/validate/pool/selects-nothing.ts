import { asFields } from '../../../core/shape.ts'
import { idleScope } from '../idle-scope.ts'
import type { PoolRule } from './rule.ts'

export const selectsNothing: PoolRule = ({ spec, world }) => {
  const fields = asFields(spec['serviceAllocation'])
  return fields === undefined ? [] : idleScope(fields, 'spec.serviceAllocation', world)
}
