import { type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'DualStackImpossible',
  cases: {
    'refuses RequireDualStack with one cluster IP': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({}, { spec: { ipFamilyPolicy: 'RequireDualStack' } }),
      refused:
        'spec.ipFamilyPolicy: RequireDualStack needs a cluster IP of each family, and the Service has IPv4 only; write PreferDualStack or SingleStack',
    },
  },
}
