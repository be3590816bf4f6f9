import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'UnknownField',
  cases: {
    'refuses a misspelled field': {
      object: poolWith('a', { addresses: ['10.0.0.0/28'], autoasign: false }),
      refused: 'spec.autoasign: is not a field of spec; did you mean "autoAssign"?',
    },
  },
}
