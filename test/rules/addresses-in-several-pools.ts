import { asking, dualStack, named, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'AddressesInSeveralPools',
  cases: {
    'refuses one address of each of two pools': {
      pools: { four: '10.0.0.0/28', six: 'fd00::/64' },
      object: serviceWith(asking('10.0.0.1,fd00::1'), { clusterIPs: dualStack }),
      refused:
        'metadata.annotations[metallb.io/loadBalancerIPs]: addresses 10.0.0.1 and fd00::1 are in different pools (four, six); ask for addresses of one pool, or list the pools: metallb.io/address-pool: "four,six"',
    },
    'lets pass who lists the pools': {
      pools: { four: '10.0.0.0/28', six: 'fd00::/64' },
      object: serviceWith({ ...asking('10.0.0.1,fd00::1'), ...named('six,four') }, { clusterIPs: dualStack }),
    },
    'lets pass who holds them already, as after its pool was split': {
      pools: { a: '10.0.0.0/28', b: '10.0.0.16/28' },
      object: serviceWith(asking('10.0.0.1,10.0.0.17'), { held: ['10.0.0.1', '10.0.0.17'] }),
      old: serviceWith(asking('10.0.0.1,10.0.0.17'), { held: ['10.0.0.1', '10.0.0.17'] }),
    },
  },
}
