import { policyWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'PolicyWithoutEffect',
  cases: {
    warns: {
      object: policyWith('rules', {}),
      warned: 'spec: policy "rules" has neither validations nor quota nor defaultPool, so it does nothing',
    },
    'is content with a quota of nothing': { object: policyWith('rules', { quota: { addresses: { ipv4: 0 } } }) },
  },
}
