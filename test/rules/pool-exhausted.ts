import { dualStack, holder, named, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'PoolExhausted',
  cases: {
    'refuses a named pool without a free address': {
      pools: { a: '10.0.0.1-10.0.0.2' },
      services: [holder('x/1', '10.0.0.1'), holder('x/2', '10.0.0.2')],
      object: serviceWith(named('a')),
      refused:
        'metadata.annotations[metallb.io/address-pool]: pool "a" is full: none of its 2 IPv4 addresses is free; add addresses to the pool, delete a Service that holds one, or name another pool',
    },
    'refuses a named pool of one address': {
      pools: { a: '10.0.0.1/32' },
      services: [holder('x/1', '10.0.0.1')],
      object: serviceWith(named('a')),
      refused:
        'metadata.annotations[metallb.io/address-pool]: pool "a" is full: its only IPv4 address is in use; add addresses to the pool, delete a Service that holds one, or name another pool',
    },
    'names the family that is full': {
      pools: { a: '10.0.0.0/28 fd00::1/128' },
      services: [holder('x/1', 'fd00::1', { clusterIPs: ['fd96::2'] })],
      object: serviceWith(named('a'), { clusterIPs: dualStack }),
      refused:
        'metadata.annotations[metallb.io/address-pool]: pool "a" is full: its only IPv6 address is in use; add addresses to the pool, delete a Service that holds one, or name another pool',
    },
    'lets pass who can share': {
      pools: { a: '10.0.0.1/32' },
      services: [holder('x/1', '10.0.0.1', { annotations: { 'metallb.io/allow-shared-ip': 'k' }, spec: { ports: [{ port: 443 }] } })],
      object: serviceWith({ ...named('a'), 'metallb.io/allow-shared-ip': 'k' }),
    },
    'lets pass who holds the last address': {
      pools: { a: '10.0.0.1/32' },
      services: [holder('shop/web', '10.0.0.1')],
      object: serviceWith(named('a'), { held: ['10.0.0.1'] }),
      old: serviceWith({}, { held: ['10.0.0.1'] }),
    },
  },
}
