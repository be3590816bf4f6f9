import { holder, type RuleTable, serviceWith, sharing } from './table.ts'

export const table: RuleTable = {
  code: 'BackendsDiffer',
  cases: {
    'refuses another policy': {
      pools: { a: '10.0.0.0/28' },
      services: [
        holder('bank/teller', '10.0.0.5', {
          annotations: { 'metallb.io/allow-shared-ip': 'k' },
          spec: { ports: [{ port: 443 }], externalTrafficPolicy: 'Local', selector: { app: 'a' } },
        }),
      ],
      object: serviceWith(sharing('k', '10.0.0.5')),
      refused:
        'spec.externalTrafficPolicy: address 10.0.0.5 cannot be shared with Service bank/teller: externalTrafficPolicy is Local there and Cluster here; make both alike or ask for another address',
    },
    'refuses another selector with policy Local': {
      pools: { a: '10.0.0.0/28' },
      services: [
        holder('bank/teller', '10.0.0.5', {
          annotations: { 'metallb.io/allow-shared-ip': 'k' },
          spec: { ports: [{ port: 443 }], externalTrafficPolicy: 'Local', selector: { app: 'a' } },
        }),
      ],
      object: serviceWith(sharing('k', '10.0.0.5'), { spec: { externalTrafficPolicy: 'Local', selector: { app: 'b' } } }),
      refused:
        'spec.selector: address 10.0.0.5 cannot be shared with Service bank/teller: with externalTrafficPolicy Local the selectors must be the same: app=a there, app=b here; make both alike or ask for another address',
    },
  },
}
