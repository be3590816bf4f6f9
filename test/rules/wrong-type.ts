import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'WrongType',
  cases: {
    'refuses a text where a list belongs': {
      object: poolWith('a', { addresses: '10.0.0.0/28' }),
      refused: 'spec.addresses: is the string "10.0.0.0/28", must be a list of strings; write addresses: ["10.0.0.0/28"]',
    },
  },
}
