import { asking, named, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'RequestInvalid',
  cases: {
    'refuses what is no address': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(asking('10.0.0.300')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: "10.0.0.300" in metallb.io/loadBalancerIPs is not an IP address: "300" is more than 255',
    },
    'refuses it even while there is no pool': {
      object: serviceWith(asking('soon')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: "soon" in metallb.io/loadBalancerIPs is not an IP address: it has 1 of the 4 decimal parts of an IPv4 address',
    },
    'refuses an address that is listed twice': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(asking('10.0.0.1,10.0.0.1')),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: metallb.io/loadBalancerIPs "10.0.0.1,10.0.0.1" lists 10.0.0.1 twice; list it once',
    },
    'refuses more addresses than a Service can have': {
      pools: { a: '10.0.0.0/24' },
      object: serviceWith(asking(Array.from({ length: 17 }, (_, index) => `10.0.0.${index}`).join())),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: metallb.io/loadBalancerIPs lists more than 16 IPv4 addresses; list at most 16 of each family',
    },
    'lets pass several of a family': { pools: { a: '10.0.0.0/28' }, object: serviceWith(asking('10.0.0.2,10.0.0.1')) },
    'refuses a list of pools with an empty item': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(named('a,,b')),
      refused:
        'metadata.annotations[metallb.io/address-pool]: metallb.io/address-pool "a,,b" has an empty item (number 2); remove a comma or write a name there',
    },
    'refuses a pool that is listed twice': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(named('a, b, a')),
      refused:
        'metadata.annotations[metallb.io/address-pool]: metallb.io/address-pool "a, b, a" lists pool "a" twice; list it once, where it is to be tried',
    },
    'refuses a list of seventeen pools': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(named(Array.from({ length: 17 }, (_, index) => `p${index}`).join())),
      refused:
        'metadata.annotations[metallb.io/address-pool]: metallb.io/address-pool "p0,p1,p2,p3,p4,p5,p6,p7,p8,p9,p10,p11,p12,p13,p14,p15,p16" lists more than 16 pools; list at most 16',
    },
    'refuses a number of addresses that cannot be': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({ 'metallb.io/address-count': '17' }),
      refused:
        'metadata.annotations[metallb.io/address-count]: metallb.io/address-count is "17"; write a whole number from 1 to 16: so many addresses of each family',
    },
    'refuses a number beside a list of addresses': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({ ...asking('10.0.0.1'), 'metallb.io/address-count': '2' }),
      refused:
        'metadata.annotations[metallb.io/address-count]: both metallb.io/address-count ("2") and metallb.io/loadBalancerIPs ("10.0.0.1") say how many addresses there are to be; keep one of them',
    },
    'refuses it in spec.loadBalancerIP': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({}, { spec: { loadBalancerIP: '10.0.0.01' } }),
      refused: 'spec.loadBalancerIP: "10.0.0.01" in spec.loadBalancerIP is not an IP address: "01" has a leading zero (write "1")',
    },
    'refuses it under the deprecated prefix': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({ 'metallb.universe.tf/loadBalancerIPs': 'x' }),
      refused:
        'metadata.annotations[metallb.universe.tf/loadBalancerIPs]: "x" in metallb.io/loadBalancerIPs is not an IP address: it has 1 of the 4 decimal parts of an IPv4 address',
    },
  },
}
