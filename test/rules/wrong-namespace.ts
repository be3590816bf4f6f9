import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'WrongNamespace',
  cases: {
    'refuses a pool where nobody reads it': {
      object: poolWith('a', { addresses: ['10.0.0.0/28'] }, { namespace: 'default' }),
      refused:
        'metadata.namespace: resource must be created in metallb-system namespace, not in "default", where MetalLB does not read it; set metadata.namespace: metallb-system',
    },
  },
}
