import { poolWith, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'UnknownAnnotation',
  cases: {
    'warns with the name that was meant': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({ 'metallb.io/load-balancer-ips': '10.0.0.3' }),
      warned:
        'metadata.annotations[metallb.io/load-balancer-ips]: MetalLB reads no such annotation on a Service; did you mean "metallb.io/loadBalancerIPs"?',
    },
    'warns about other letters': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({ 'metallb.io/loadbalancerips': '10.0.0.3' }),
      warned:
        'metadata.annotations[metallb.io/loadbalancerips]: MetalLB reads no such annotation on a Service; did you mean "metallb.io/loadBalancerIPs"?',
    },
    'lists what there is when nothing is near': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({ 'metallb.io/class': 'internal' }),
      warned:
        'metadata.annotations[metallb.io/class]: MetalLB reads no such annotation on a Service; there are metallb.io/address-pool, metallb.io/loadBalancerIPs, metallb.io/address-count, metallb.io/host-part, metallb.io/allow-shared-ip',
    },
    'knows what belongs on a Namespace': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({ 'metallb.io/default-pool': 'a' }),
      warned: 'metadata.annotations[metallb.io/default-pool]: MetalLB reads no such annotation on a Service; it belongs on a Namespace',
    },
    'knows what belongs on a pool': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({ 'metallb.io/hold': '10m' }),
      warned: 'metadata.annotations[metallb.io/hold]: MetalLB reads no such annotation on a Service; it belongs on an IPAddressPool',
    },
    'warns about one of a pool, with the name that was meant': {
      object: poolWith('lan', { addresses: ['10.0.0.0/28'] }, { annotations: { 'metallb.io/holds': '10m', 'example.com/hold': '10m' } }),
      warned:
        'metadata.annotations[metallb.io/holds]: MetalLB reads no such annotation on an IPAddressPool; did you mean "metallb.io/hold"?',
    },
    'is silent about annotations of others': { pools: { a: '10.0.0.0/28' }, object: serviceWith({ 'example.com/address-pool': 'a' }) },
  },
}
