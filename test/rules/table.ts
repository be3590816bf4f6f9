// The shape of the tables in this folder: one file for each code, named like it. The unit tests run them; docs/errors.md quotes their first message.
import type { Node, Service } from '../../core/objects.ts'
import type { ProblemCode } from '../../core/problem.ts'
import type { Fields } from '../../core/shape.ts'
import type { IPAddressPoolSpec } from '../../schemas/generated/types.ts'
import type { Surroundings } from '../unit/admission/example.ts'
import { policyObject, poolObject, type ServiceOptions, serviceObject } from '../unit/core/objects.ts'

/** Stored pools by name: addresses separated by spaces, or a spec. */
export type PoolTexts = Readonly<Record<string, string | Partial<IPAddressPoolSpec>>>

export interface RuleCase extends Surroundings {
  readonly pools?: PoolTexts
  /** The pool that is annotated as the default. */
  readonly defaultPool?: string
  /** Annotations of stored pools, by name. */
  readonly annotated?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** What is written; a deletion when absent. */
  readonly object?: Fields
  /** What it was before; a creation when absent. */
  readonly old?: Fields
  /** Everything that is said under the table's code, `field: message`; nothing when absent. */
  readonly refused?: string
  readonly warned?: string
}

/** The name of a case completes the sentence that begins with the code. */
export interface RuleTable {
  readonly code: ProblemCode
  readonly cases: Readonly<Record<string, RuleCase>>
}

/** A Service as the API server shows it to the validating webhook. */
export function serviceWith(annotations: Readonly<Record<string, string>> = {}, options: Omit<ServiceOptions, 'annotations'> = {}): Fields {
  return serviceObject('shop/web', { createdAt: '', ...options, annotations }) as unknown as Fields
}

/** A Service that is stored and holds an address. */
export function holder(key: string, address: string, options: ServiceOptions = {}): Service {
  return serviceObject(key, { ...options, held: address.split(',') })
}

export function poolWith(name: string, spec: Fields, metadata: Fields = {}): Fields {
  const { spec: _, ...rest } = poolObject(name, {})
  return { ...rest, metadata: { ...rest.metadata, ...metadata, creationTimestamp: undefined }, spec }
}

/** An object of metallb.io that is stored. */
export function own(kind: string, name: string, spec: Fields, metadata: Fields = {}): Fields {
  const version = kind === 'BGPPeer' ? 'v1beta2' : 'v1beta1'
  return { apiVersion: `metallb.io/${version}`, kind, metadata: { name, namespace: 'metallb-system', ...metadata }, spec }
}

export function advertisementWith(spec: Fields): Fields {
  return { apiVersion: 'metallb.io/v1beta1', kind: 'L2Advertisement', metadata: { name: 'lan', namespace: 'metallb-system' }, spec }
}

/** A policy with namespaces `shop`, unless the spec says otherwise. */
export function policyWith(name: string, spec: Fields): Fields {
  return policyObject(name, { namespaces: ['shop'], ...spec }) as unknown as Fields
}

export function bgpAdvertisementWith(spec: Fields, name = 'routes'): Fields {
  return { apiVersion: 'metallb.io/v1beta1', kind: 'BGPAdvertisement', metadata: { name, namespace: 'metallb-system' }, spec }
}

/** A router of another AS, unless the spec says otherwise. */
export function peerWith(spec: Fields, name = 'tor'): Fields {
  return {
    apiVersion: 'metallb.io/v1beta2',
    kind: 'BGPPeer',
    metadata: { name, namespace: 'metallb-system' },
    spec: { myASN: 65001, peerASN: 65000, peerAddress: '10.0.0.254', ...spec },
  }
}

export function profileWith(spec: Fields, name = 'fast'): Fields {
  return { apiVersion: 'metallb.io/v1beta1', kind: 'BFDProfile', metadata: { name, namespace: 'metallb-system' }, spec }
}

/** @param communities names with their values */
export function communityWith(communities: readonly (readonly [name: string, value: string])[], name = 'marks'): Fields {
  const entries = communities.map(([each, value]) => ({ name: each, value }))
  return {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'Community',
    metadata: { name, namespace: 'metallb-system' },
    spec: { communities: entries },
  }
}

export function nodeWith(name: string, address: string, labels: Readonly<Record<string, string>> = {}): Node {
  return { metadata: { name, labels }, status: { addresses: [{ type: 'InternalIP', address }] } }
}

export const dualStack = ['10.96.0.1', 'fd96::1'] as const
export const named = (pool: string): Readonly<Record<string, string>> => ({ 'metallb.io/address-pool': pool })
export const asking = (addresses: string): Readonly<Record<string, string>> => ({ 'metallb.io/loadBalancerIPs': addresses })
export const sharing = (key: string, addresses: string): Readonly<Record<string, string>> => ({
  ...asking(addresses),
  'metallb.io/allow-shared-ip': key,
})
