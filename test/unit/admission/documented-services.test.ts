// The Services that people copy from documentation, in its order and onto its pools: none of them is refused without need.
import { expect } from 'chai'
import { validateService } from '../../../admission/validate/service.ts'
import { formatAddress } from '../../../core/address.ts'
import type { Service, ServiceSpec } from '../../../core/objects.ts'
import { viewService } from '../../../core/service.ts'
import type { Fields } from '../../../core/shape.ts'
import { poolObject, type ServiceOptions, serviceObject } from '../core/objects.ts'
import { worldOf } from './example.ts'

type Written = readonly [key: string, options: ServiceOptions, outcome: string]

const old = (name: string, value: string): Readonly<Record<string, string>> => ({ [`metallb.universe.tf/${name}`]: value })
const internal = { labels: { 'metallb.io/class': 'internal' } }
const ports = (...numbers: readonly number[]): Partial<ServiceSpec> => ({ ports: numbers.map((port) => ({ port })) })

const stories: Readonly<Record<string, { readonly pools: Readonly<Record<string, Fields>>; readonly services: readonly Written[] }>> = {
  'requests by address': {
    pools: {
      'dual-stack-pool': { addresses: ['192.168.1.100-192.168.1.110', '2001:db8:1::100-2001:db8:1::110'] },
      'shared-ip-pool': { addresses: ['192.168.1.200/32'] },
    },
    services: [
      ['production/web-service', { spec: { loadBalancerIP: '192.168.1.100' } }, '192.168.1.100'],
      ['production/api-service', { annotations: old('loadBalancerIPs', '192.168.1.101'), spec: ports(443) }, '192.168.1.101'],
      [
        'production/dual-stack-service',
        { annotations: old('loadBalancerIPs', '192.168.1.102,2001:db8:1::102'), clusterIPs: ['10.96.0.1', 'fd96::1'] },
        '192.168.1.102 2001:db8:1::102',
      ],
      // The pool exists nowhere in that document.
      ['production/premium-service', { annotations: old('address-pool', 'premium-pool') }, 'PoolUnknown'],
      [
        'default/web-http',
        { annotations: { ...old('allow-shared-ip', 'web-services'), ...old('loadBalancerIPs', '192.168.1.200') } },
        '192.168.1.200',
      ],
      [
        'default/web-https',
        { annotations: { ...old('allow-shared-ip', 'web-services'), ...old('loadBalancerIPs', '192.168.1.200') }, spec: ports(443) },
        '192.168.1.200',
      ],
    ],
  },
  'pools for classes': {
    pools: {
      'internal-pool': {
        addresses: ['10.0.3.100-10.0.3.130'],
        serviceAllocation: {
          priority: 100,
          namespaces: ['default', 'applications'],
          serviceSelectors: [{ matchLabels: { 'metallb.io/class': 'internal' } }],
        },
      },
      'external-pool': {
        addresses: ['192.168.1.100-192.168.1.130'],
        serviceAllocation: { priority: 100, serviceSelectors: [{ matchLabels: { 'metallb.io/class': 'external' } }] },
      },
    },
    services: [
      [
        'default/internal-app',
        { ...internal, annotations: { 'metallb.io/address-pool': 'internal-pool' }, spec: { loadBalancerClass: 'metallb.io/internal' } },
        '10.0.3.100',
      ],
      [
        'default/web-frontend-lb',
        {
          labels: { 'metallb.io/class': 'external' },
          annotations: {
            'metallb.io/address-pool': 'external-pool',
            'metallb.io/loadBalancerIPs': '192.168.1.100',
            'metallb.io/allow-shared-ip': 'web-frontend',
          },
          spec: { ...ports(443, 80), loadBalancerClass: 'metallb.io/external', externalTrafficPolicy: 'Local' },
        },
        '192.168.1.100',
      ],
      [
        'default/api-gateway-lb',
        {
          ...internal,
          annotations: {
            'metallb.io/address-pool': 'internal-pool',
            'metallb.io/allow-shared-ip': 'api-services',
            'metallb.io/class': 'internal',
          },
          spec: { ...ports(8080, 9090), loadBalancerClass: 'metallb.io/internal' },
        },
        '10.0.3.101',
      ],
      // Without the label that the pool's serviceSelectors ask for: naming the pool is enough.
      [
        'default/postgresql-primary-lb',
        {
          annotations: { 'metallb.io/address-pool': 'internal-pool', 'metallb.io/loadBalancerIPs': '10.0.3.110' },
          spec: { ...ports(5432), externalTrafficPolicy: 'Local' },
        },
        '10.0.3.110',
      ],
      [
        'default/postgresql-readonly-lb',
        { annotations: { 'metallb.io/address-pool': 'internal-pool', 'metallb.io/loadBalancerIPs': '10.0.3.111' }, spec: ports(5432) },
        '10.0.3.111',
      ],
    ],
  },
}

describe('documented Services', () => {
  for (const [name, { pools, services }] of Object.entries(stories)) {
    it(`with ${name} get what the text promises`, () => {
      const stored: Service[] = []
      for (const [key, options, outcome] of services) {
        const world = worldOf(Object.entries(pools).map(([pool, spec]) => poolObject(pool, spec)) as unknown as readonly Fields[], {
          services: stored,
        })
        const object = serviceObject(key, options)
        const [namespace = '', service = ''] = key.split('/')
        const { problems } = validateService(object as unknown as Fields, undefined, { namespace, name: service }, world)
        const probed = world.ipam().probe(viewService(object), world.namespaceOf(namespace))
        const addresses = probed.ok ? probed.value.addresses.map(formatAddress) : []
        expect([key, problems.length > 0 ? problems.map(({ code }) => code).join() : addresses.join(' ')]).to.deep.equal([key, outcome])
        if (addresses.length > 0) stored.push(serviceObject(key, { ...options, held: addresses }))
      }
    })
  }
})
