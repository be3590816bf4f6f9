import { holder, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'PoolNearlyFull',
  cases: {
    'warns who takes one of the last': {
      pools: { a: '10.0.0.1-10.0.0.2' },
      services: [holder('x/1', '10.0.0.1')],
      object: serviceWith(),
      warned: 'spec.type: pool "a" is nearly full: with this Service 2 of its 2 IPv4 addresses are in use',
    },
    'is silent about a pool of one address': { pools: { a: '10.0.0.1/32' }, object: serviceWith() },
    'is silent to who has its address already': {
      pools: { a: '10.0.0.1-10.0.0.2' },
      services: [holder('x/1', '10.0.0.1'), holder('shop/web', '10.0.0.2')],
      object: serviceWith({}, { held: ['10.0.0.2'] }),
    },
  },
}
