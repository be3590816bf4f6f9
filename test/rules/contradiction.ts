import { policyWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'Contradiction',
  cases: {
    'refuses a quota for some Services of a namespace': {
      object: policyWith('rules', { serviceSelectors: [{ matchLabels: { app: 'web' } }], quota: { addresses: { ipv4: 3 } } }),
      refused:
        'spec.serviceSelectors: policy "rules" has a quota, which counts every Service of a namespace, and serviceSelectors, which choose some; write two policies',
    },
  },
}
