import { type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'DeprecatedAnnotation',
  cases: {
    'warns and spells it anew': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({ 'metallb.universe.tf/address-pool': 'a' }),
      warned:
        'metadata.annotations[metallb.universe.tf/address-pool]: the prefix metallb.universe.tf/ is deprecated; write metallb.io/address-pool',
    },
  },
}
