import { holder, type RuleTable, serviceWith, sharing } from './table.ts'

export const table: RuleTable = {
  code: 'SharingKeyDiffers',
  cases: {
    'refuses another key and names the right one': {
      pools: { a: '10.0.0.0/28' },
      services: [holder('bank/teller', '10.0.0.5', { annotations: { 'metallb.io/allow-shared-ip': 'one' } })],
      object: serviceWith(sharing('two', '10.0.0.5')),
      refused:
        'metadata.annotations[metallb.io/allow-shared-ip]: address 10.0.0.5 is shared under the key "one" (Service bank/teller), not under "two"; write "one" or ask for another address',
    },
  },
}
