import { idleScope } from '../idle-scope.ts'
import type { PolicyRule } from './rule.ts'

export const selectsNothing: PolicyRule = ({ spec, world }) => idleScope(spec, 'spec', world)
