import { holder, named, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'ServicePending',
  cases: {
    'warns while there is no pool': {
      object: serviceWith(),
      warned: 'spec.type: will stay pending because there is no IPAddressPool: create one in the namespace of MetalLB',
    },
    'warns about a named pool too, while there is none': {
      object: serviceWith(named('a')),
      warned: 'spec.type: will stay pending because there is no IPAddressPool: create one in the namespace of MetalLB',
    },
    'warns who asks for more addresses than there are beside those that it has': {
      pools: { a: '10.0.0.0/31' },
      services: [holder('x/1', '10.0.0.1'), holder('shop/web', '10.0.0.0')],
      object: serviceWith({ 'metallb.io/address-count': '2' }, { held: ['10.0.0.0'] }),
      old: serviceWith({}, { held: ['10.0.0.0'] }),
      warned: 'spec.type: keeps what it has, and waits for more because no available IPs in pool "a": every IPv4 address is in use',
    },
    'says nothing where there are enough': {
      pools: { a: '10.0.0.0/29' },
      object: serviceWith({ 'metallb.io/address-count': '2' }, { held: ['10.0.0.0'] }),
      old: serviceWith({}, { held: ['10.0.0.0'] }),
    },
    'says of each pool why not': {
      pools: {
        a: { addresses: ['10.0.0.0/28'], autoAssign: false },
        b: { addresses: ['10.0.1.0/28'], serviceAllocation: { namespaces: ['bank'] } },
        c: '10.0.2.1/32',
      },
      services: [holder('x/1', '10.0.2.1')],
      object: serviceWith(),
      warned:
        'spec.type: will stay pending because no pool can serve it: no free IPv4 address: c; only when named (autoAssign: false): a; for other namespaces: b',
    },
  },
}
