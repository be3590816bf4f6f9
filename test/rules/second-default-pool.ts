import { poolWith, type RuleTable } from './table.ts'

const asDefault = { annotations: { 'metallb.io/is-default-pool': 'true' } }

export const table: RuleTable = {
  code: 'SecondDefaultPool',
  cases: {
    'refuses a second one': {
      pools: { first: '10.0.0.0/28' },
      defaultPool: 'first',
      object: poolWith('a', { addresses: ['10.0.1.0/28'] }, asDefault),
      refused:
        'metadata.annotations[metallb.io/is-default-pool]: pool "a" cannot be the default pool: pool "first" already is; remove the annotation metallb.io/is-default-pool from pool "first" first',
    },
    'lets the first one be written again': {
      pools: { first: '10.0.0.0/28' },
      defaultPool: 'first',
      object: poolWith('first', { addresses: ['10.0.0.0/28'] }, asDefault),
    },
  },
}
