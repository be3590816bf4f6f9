import { asking, holder, named, type RuleTable, serviceWith, sharing } from './table.ts'

export const table: RuleTable = {
  code: 'AddressInUse',
  cases: {
    'refuses the address of a Service that shares nothing': {
      pools: { a: '10.0.0.0/28' },
      services: [holder('bank/teller', '10.0.0.5')],
      object: serviceWith(asking('10.0.0.5')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: address 10.0.0.5 is in use by Service bank/teller; ask for another address, or give both Services the same metallb.io/allow-shared-ip',
    },
    'refuses it to one that would share': {
      pools: { a: '10.0.0.0/28' },
      services: [holder('bank/teller', '10.0.0.5')],
      object: serviceWith(sharing('k', '10.0.0.5')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: address 10.0.0.5 is in use by Service bank/teller; ask for another address, or give both Services the same metallb.io/allow-shared-ip',
    },
    'names the key to share under': {
      pools: { a: '10.0.0.0/28' },
      services: [holder('bank/teller', '10.0.0.5', { annotations: { 'metallb.io/allow-shared-ip': 'k' } })],
      object: serviceWith(asking('10.0.0.5')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: address 10.0.0.5 is in use by Service bank/teller; ask for another address, or give this Service the same metallb.io/allow-shared-ip',
    },
    'lets pass who holds it itself': {
      pools: { a: '10.0.0.0/28' },
      services: [holder('shop/web', '10.0.0.5')],
      object: serviceWith(asking('10.0.0.5'), { held: ['10.0.0.5'] }),
    },
    'refuses a host part that another Service has': {
      pools: { a: 'fd00::/64' },
      services: [holder('bank/teller', 'fd00::53', { clusterIPs: ['fd96::2'] })],
      object: serviceWith({ ...named('a'), 'metallb.io/host-part': '::53' }, { clusterIPs: ['fd96::1'] }),
      refused:
        'metadata.annotations[metallb.io/host-part]: host part ::53 means fd00::53: address fd00::53 of pool "a" is in use by or held for Service bank/teller; choose another host part, or share the address by the same metallb.io/allow-shared-ip',
    },
  },
}
