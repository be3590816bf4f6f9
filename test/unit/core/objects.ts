// Objects for the tests of core and controller, complete enough to be read.

import { type Address, parseAddress } from '../../../core/address.ts'
import { compilePolicies, type Policy } from '../../../core/config/policy.ts'
import type { Pool } from '../../../core/config/pool.ts'
import { compilePools } from '../../../core/config/pools.ts'
import type { NamespaceView } from '../../../core/namespace.ts'
import type { Service, ServiceSpec } from '../../../core/objects.ts'
import { type ServiceView, viewService } from '../../../core/service.ts'
import type { AllocationPolicy, AllocationPolicySpec, IPAddressPool, IPAddressPoolSpec } from '../../../schemas/generated/types.ts'
import type { ObjectMeta } from '../../../schemas/object-meta.ts'

export function poolObject(name: string, spec: Partial<IPAddressPoolSpec>, metadata: Partial<ObjectMeta> = {}): IPAddressPool {
  return {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: { name, namespace: 'metallb-system', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec: { addresses: [], ...spec },
  }
}

/** Pools compiled together; a text is the addresses alone. */
export function pools(all: Readonly<Record<string, string | Partial<IPAddressPoolSpec>>>): readonly Pool[] {
  const objects = Object.entries(all).map(([name, spec]) =>
    poolObject(name, typeof spec === 'string' ? { addresses: spec.split(' ') } : spec),
  )
  return compilePools(objects).pools
}

export function policyObject(name: string, spec: AllocationPolicySpec): AllocationPolicy {
  return { apiVersion: 'metallb.io/v1alpha1', kind: 'AllocationPolicy', metadata: { name, namespace: 'metallb-system' }, spec }
}

export function policies(all: Readonly<Record<string, AllocationPolicySpec>>): readonly Policy[] {
  return compilePolicies(Object.entries(all).map(([name, spec]) => policyObject(name, spec)))
}

export interface ServiceOptions {
  readonly annotations?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
  readonly clusterIPs?: readonly string[]
  readonly spec?: Partial<ServiceSpec>
  readonly held?: readonly string[]
  readonly createdAt?: string
  readonly uid?: string
}

const policyOf = (clusterIPs: readonly string[]): string => (clusterIPs.length > 1 ? 'RequireDualStack' : 'SingleStack')

/** @param key `namespace/name` */
export function serviceObject(key: string, options: ServiceOptions = {}): Service {
  const [namespace = '', name = ''] = key.split('/')
  const {
    annotations = {},
    labels = {},
    clusterIPs = ['10.96.0.1'],
    spec = {},
    held = [],
    createdAt = '2026-01-01T00:00:00Z',
    uid = `uid-${key}`,
  } = options
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name, uid, creationTimestamp: createdAt, resourceVersion: '1', annotations, labels },
    spec: {
      type: 'LoadBalancer',
      clusterIPs,
      ipFamilies: clusterIPs.map((text) => (text.includes(':') ? 'IPv6' : 'IPv4')),
      ipFamilyPolicy: policyOf(clusterIPs),
      ports: [{ port: 80, protocol: 'TCP' }],
      ...spec,
    },
    status: { loadBalancer: held.length === 0 ? {} : { ingress: held.map((ip) => ({ ip, ipMode: 'VIP' })) } },
  }
}

export function service(key: string, options: ServiceOptions = {}): ServiceView {
  return viewService(serviceObject(key, options))
}

export function namespaceOf(name: string, labels: Readonly<Record<string, string>> = {}, defaultPool?: string): NamespaceView {
  return {
    name,
    labels: { 'kubernetes.io/metadata.name': name, ...labels },
    annotations: {},
    ...(defaultPool === undefined ? {} : { defaultPool }),
  }
}

export function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error}`)
  return parsed.value
}
