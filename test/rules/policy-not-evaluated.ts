import { policyWith, type RuleTable, serviceWith } from './table.ts'

const pools = { lan: '10.0.0.0/28' }
const rules = (action: string) => [
  policyWith('prod', { validations: [{ name: 'team', expression: "object.metadata.labels['team'] == 'a'", action }] }),
]
const said =
  'spec: AllocationPolicy "prod", validation "team", cannot be evaluated: there is no key "team" (line 1, column 24); tell whoever owns the policy'

export const table: RuleTable = {
  code: 'PolicyNotEvaluated',
  cases: {
    'refuses where the policy denies': { pools, policies: rules('Deny'), object: serviceWith(), refused: said },
    'warns where the policy warns': { pools, policies: rules('Warn'), object: serviceWith(), warned: said },
    'says nothing where the policy audits': { pools, policies: rules('Audit'), object: serviceWith() },
    'only warns of a change to a Service for which it failed before': {
      pools,
      policies: rules('Deny'),
      object: serviceWith({}, { labels: { a: 'b' } }),
      old: serviceWith(),
      warned: said,
    },
  },
}
