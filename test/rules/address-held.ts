import { asking, holder, type RuleTable, serviceWith, sharing } from './table.ts'

const pools = { a: '10.0.0.0/28' }
const annotated = { a: { 'metallb.io/hold': '10m' } }

export const table: RuleTable = {
  code: 'AddressHeld',
  cases: {
    'refuses the address of a Service that was deleted and may come back': {
      pools,
      annotated,
      released: { a: '2026-01-01T00:00:00Z 10.0.0.5 bank/teller\n' },
      object: serviceWith(asking('10.0.0.5')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: address 10.0.0.5 is held for Service bank/teller until 2026-01-01T00:10:00Z, because pool "a" holds the addresses of deleted Services (metallb.io/hold); ask for another address, wait, or shorten metallb.io/hold of the pool',
    },
    'names the Service that was deleted last': {
      pools,
      annotated,
      released: { a: '2026-01-01T00:00:01Z 10.0.0.5 bank/till\n2026-01-01T00:00:00Z 10.0.0.5 bank/teller\n' },
      object: serviceWith(sharing('k', '10.0.0.5')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: address 10.0.0.5 is held for Service bank/till until 2026-01-01T00:10:01Z, because pool "a" holds the addresses of deleted Services (metallb.io/hold); ask for another address, wait, or shorten metallb.io/hold of the pool',
    },
    'lets pass the Service itself': {
      pools,
      annotated,
      released: { a: '2026-01-01T00:00:00Z 10.0.0.5 shop/web\n' },
      object: serviceWith(asking('10.0.0.5')),
    },
    'lets pass when the time is over': {
      pools,
      annotated,
      released: { a: '2025-12-31T23:55:00Z 10.0.0.5 bank/teller\n' },
      object: serviceWith(asking('10.0.0.5')),
    },
    'lets pass where the pool holds nothing': {
      pools,
      released: { a: '2026-01-01T00:00:00Z 10.0.0.5 bank/teller\n' },
      object: serviceWith(asking('10.0.0.5')),
    },
    'lets pass when the Service is back with another': {
      pools,
      annotated,
      services: [holder('bank/teller', '10.0.0.6')],
      released: { a: '2026-01-01T00:00:00Z 10.0.0.5 bank/teller\n' },
      object: serviceWith(asking('10.0.0.5')),
    },
  },
}
