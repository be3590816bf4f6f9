import { peerWith, policyWith, poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'NotSupported',
  cases: {
    'refuses a word that is none of the known, and guesses which was meant': {
      object: policyWith('rules', { validations: [{ expression: 'true', action: 'deny' }] }),
      refused: 'spec.validations[0].action: is the string "deny", must be one of Deny, Warn, Audit; did you mean "Deny"?',
    },
    'refuses it without a guess too': {
      object: policyWith('rules', { validations: [{ expression: 'true', action: 'Shout' }] }),
      refused: 'spec.validations[0].action: is the string "Shout", must be one of Deny, Warn, Audit',
    },
    'refuses a value that is none of the list': {
      object: peerWith({ peerASN: undefined, dynamicASN: 'extern' }),
      refused: 'spec.dynamicASN: is the string "extern", must be one of internal, external; did you mean "external"?',
    },
    'refuses an order of reuse that there is not': {
      object: poolWith('lan', { addresses: ['10.0.0.0/28'] }, { annotations: { 'metallb.io/reuse': 'oldest' } }),
      refused:
        'metadata.annotations[metallb.io/reuse]: reuse "oldest" of pool "lan" is none of lowest-first, least-recently-released; until it is, addresses are handed out lowest-first',
    },
    'takes one that there is': {
      object: poolWith('lan', { addresses: ['10.0.0.0/28'] }, { annotations: { 'metallb.io/reuse': 'least-recently-released' } }),
    },
  },
}
