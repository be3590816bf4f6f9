import { asking, holder, named, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'AddressWillChange',
  cases: {
    'warns who names another pool': {
      pools: { a: '10.0.0.0/28', b: '10.0.1.0/28' },
      services: [holder('shop/web', '10.0.0.0')],
      object: serviceWith(named('b'), { held: ['10.0.0.0'] }),
      old: serviceWith({}, { held: ['10.0.0.0'] }),
      warned:
        'status.loadBalancer: will lose 10.0.0.0 and get 10.0.1.0: the Service asks for pool "b" but address 10.0.0.0 belongs to pool "a"',
    },
    'warns who asks for another address': {
      pools: { a: '10.0.0.0/28' },
      services: [holder('shop/web', '10.0.0.0')],
      object: serviceWith(asking('10.0.0.7'), { held: ['10.0.0.0'] }),
      old: serviceWith({}, { held: ['10.0.0.0'] }),
      warned: 'status.loadBalancer: will lose 10.0.0.0 and get 10.0.0.7: the Service asks for 10.0.0.7 but holds 10.0.0.0',
    },
  },
}
