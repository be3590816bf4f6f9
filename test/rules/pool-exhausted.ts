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
    'refuses a pool with fewer free addresses than are wanted': {
      pools: { a: '10.0.0.1-10.0.0.3' },
      services: [holder('x/1', '10.0.0.1'), holder('x/2', '10.0.0.2')],
      object: serviceWith({ ...named('a'), 'metallb.io/address-count': '2' }),
      refused:
        'metadata.annotations[metallb.io/address-pool]: pool "a" has too few: 1 of its IPv4 addresses is free, 2 are wanted; add addresses to the pool, delete a Service that holds one, or name another pool',
    },
    'refuses a list of pools when all of them are full': {
      pools: { a: '10.0.0.1/32', b: '10.0.0.3/32' },
      services: [holder('x/1', '10.0.0.1'), holder('x/2', '10.0.0.3')],
      object: serviceWith(named('b,a')),
      refused: [
        'metadata.annotations[metallb.io/address-pool]: pool "b" is full: its only IPv4 address is in use; add addresses to the pool, delete a Service that holds one, or name another pool',
        'metadata.annotations[metallb.io/address-pool]: pool "a" is full: its only IPv4 address is in use; add addresses to the pool, delete a Service that holds one, or name another pool',
      ].join('\n'),
    },
    'lets pass who lists another pool': {
      pools: { a: '10.0.0.1/32', b: '10.0.0.3/32' },
      services: [holder('x/1', '10.0.0.1')],
      object: serviceWith(named('a,b')),
    },
    'counts what is held for Services that were deleted': {
      pools: { a: '10.0.0.1-10.0.0.2' },
      annotated: { a: { 'metallb.io/hold': '10m' } },
      services: [holder('x/1', '10.0.0.1')],
      released: { a: '2026-01-01T00:00:00Z 10.0.0.2 x/2\n' },
      object: serviceWith(named('a')),
      refused:
        'metadata.annotations[metallb.io/address-pool]: pool "a" is full: none of its 2 IPv4 addresses is free, and 1 is held for a deleted Service (metallb.io/hold); add addresses to the pool, delete a Service that holds one, or name another pool',
    },
    'says that the only one is held': {
      pools: { a: '10.0.0.1/32' },
      annotated: { a: { 'metallb.io/hold': '10m' } },
      released: { a: '2026-01-01T00:00:00Z 10.0.0.1 x/2\n' },
      object: serviceWith(named('a')),
      refused:
        'metadata.annotations[metallb.io/address-pool]: pool "a" is full: its only IPv4 address is held for a deleted Service (metallb.io/hold); add addresses to the pool, delete a Service that holds one, or name another pool',
    },
    'lets pass for whom the last one is held': {
      pools: { a: '10.0.0.1/32' },
      annotated: { a: { 'metallb.io/hold': '10m' } },
      released: { a: '2026-01-01T00:00:00Z 10.0.0.1 shop/web\n' },
      object: serviceWith(named('a')),
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
