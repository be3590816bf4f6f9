import { named, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'ConflictingAnnotations',
  cases: {
    'refuses two spellings that differ': {
      pools: { a: '10.0.0.0/28', b: '10.0.1.0/28' },
      object: serviceWith({ ...named('a'), 'metallb.universe.tf/address-pool': 'b' }),
      refused:
        'metadata.annotations[metallb.universe.tf/address-pool]: metallb.universe.tf/address-pool says "b" and metallb.io/address-pool says "a"; remove the deprecated metallb.universe.tf/address-pool',
    },
    'lets two that agree pass': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({ ...named('a'), 'metallb.universe.tf/address-pool': 'a' }),
    },
  },
}
