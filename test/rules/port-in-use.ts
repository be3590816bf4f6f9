import { holder, type RuleTable, serviceWith, sharing } from './table.ts'

export const table: RuleTable = {
  code: 'PortInUse',
  cases: {
    'refuses a port that another has, and names it': {
      pools: { a: '10.0.0.0/28' },
      services: [
        holder('bank/teller', '10.0.0.5', { annotations: { 'metallb.io/allow-shared-ip': 'k' }, spec: { ports: [{ port: 443 }] } }),
      ],
      object: serviceWith(sharing('k', '10.0.0.5'), { spec: { ports: [{ port: 80 }, { port: 443 }] } }),
      refused:
        'spec.ports[1]: port TCP/443 of address 10.0.0.5 is in use by Service bank/teller, which shares the address; use another port or ask for another address',
    },
    'lets the same port of another protocol pass': {
      pools: { a: '10.0.0.0/28' },
      services: [
        holder('bank/teller', '10.0.0.5', {
          annotations: { 'metallb.io/allow-shared-ip': 'k' },
          spec: { ports: [{ port: 80, protocol: 'UDP' }] },
        }),
      ],
      object: serviceWith(sharing('k', '10.0.0.5')),
    },
  },
}
