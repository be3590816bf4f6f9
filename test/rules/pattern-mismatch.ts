import { peerWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'PatternMismatch',
  cases: {
    'refuses a key that no Secret can have': {
      object: peerWith({ passwordSecret: { name: 'bgp', key: 'pass word' } }),
      refused: 'spec.passwordSecret.key: is the string "pass word", must match ^[-._a-zA-Z0-9]+$',
    },
  },
}
