import { advertisementWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'SelectorInvalid',
  cases: {
    'refuses an operator that does not exist': {
      object: advertisementWith({ nodeSelectors: [{ matchExpressions: [{ key: 'zone', operator: 'is', values: ['a'] }] }] }),
      refused:
        'spec.nodeSelectors[0].matchExpressions[0].operator: label selector "{\\"matchExpressions\\":[{\\"key\\":\\"zone\\",\\"operator\\":\\"is\\",\\"values\\":[\\"a\\"]}]}" of L2Advertisement "lan" is not valid: operator "is" is none of In, NotIn, Exists, DoesNotExist',
    },
  },
}
