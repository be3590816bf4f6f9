import { peerWith, profileWith, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'WithoutEffect',
  cases: {
    'warns about two settings that no session uses together': {
      object: profileWith({ echoMode: true, minimumTtl: 254 }),
      warned:
        'spec.minimumTtl: minimumTtl counts for routers several hops away, and echoMode for those on the same subnet: no session uses both; remove one of them',
    },
    'warns about a Secret of another namespace': {
      object: peerWith({ passwordSecret: { name: 'bgp', namespace: 'default' } }),
      warned:
        'spec.passwordSecret.namespace: the Secret is read from namespace metallb-system whatever stands here, not from "default"; create it there',
    },
    'warns about a field of the past': {
      object: peerWith({ disableMP: true }),
      warned: 'spec.disableMP: disableMP has done nothing since MetalLB 0.15; remove it',
    },
    'warns about a host part without IPv6': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({ 'metallb.io/host-part': '::1:53' }),
      warned:
        'metadata.annotations[metallb.io/host-part]: host part ::1:53 is for an IPv6 address, and the Service is IPv4 only (its cluster IPs); remove it, or set ipFamilies',
    },
    'is silent about the own namespace': {
      object: peerWith({ disableMP: false, passwordSecret: { name: 'bgp', namespace: 'metallb-system' } }),
    },
  },
}
