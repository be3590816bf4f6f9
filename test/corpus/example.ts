// An object with what each judge says of it, and builders of both.
import type { Beyond } from './beyond.ts'

export interface Example {
  readonly object: ApiObject
  /** What the object replaces, when the case is an update. */
  readonly before?: ApiObject
  /** Where ajv objects, as instance paths such as `/spec/addresses/0`; empty when the shape is right. */
  readonly shape: readonly string[]
  /** Where the webhook's rules object while nothing else is in the cluster, as fields such as `spec.addresses[0]`. */
  readonly rules: readonly string[]
  /** Where the API server's schema and CEL object; empty when it stores the object. */
  readonly server: readonly string[]
  /** A part of what the API server says. */
  readonly says?: string
  /** Why the API server cannot say what the rules say, or the rules what the API server says. */
  readonly beyond?: Beyond
}

export interface ApiObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels?: Readonly<Record<string, string>> }
  readonly spec?: unknown
  readonly status?: unknown
}

type More = Readonly<Record<string, unknown>>

export const object = (kind: string, spec: unknown, version = 'v1beta1'): ApiObject => ({
  apiVersion: `metallb.io/${version}`,
  kind,
  metadata: { name: 'example', namespace: 'metallb-system' },
  ...(spec === undefined ? {} : { spec }),
})
export const pool = (spec: unknown): ApiObject => object('IPAddressPool', spec)
export const addresses = (...ranges: readonly unknown[]): ApiObject => pool({ addresses: ranges })
/** A pool with this serviceAllocation. */
export const allocation = (serviceAllocation: unknown): ApiObject => pool({ addresses: ['10.0.0.0/8'], serviceAllocation })
export const l2 = (spec?: unknown): ApiObject => object('L2Advertisement', spec)
export const bgp = (spec?: unknown): ApiObject => object('BGPAdvertisement', spec)
export const peer = (spec: unknown): ApiObject => object('BGPPeer', spec, 'v1beta2')
export const oldPeer = (spec: unknown): ApiObject => object('BGPPeer', spec, 'v1beta1')
const routerSpec = { myASN: 65001, peerASN: 65000, peerAddress: '10.0.1.1' }
export const router = (more: More = {}): ApiObject => peer({ ...routerSpec, ...more })
export const oldRouter = (more: More = {}): ApiObject => oldPeer({ ...routerSpec, ...more })
export const bfd = (spec?: unknown): ApiObject => object('BFDProfile', spec)
export const community = (...communities: readonly unknown[]): ApiObject => object('Community', { communities })
export const policy = (spec: unknown): ApiObject => object('AllocationPolicy', spec, 'v1alpha1')
export const validation = (more: More = {}): ApiObject => policy({ validations: [{ expression: 'true', ...more }] })
export const quota = (limits: unknown, more: More = {}): ApiObject => policy({ quota: { addresses: limits }, ...more })

/** Longer than any name in Kubernetes. */
export const aName = 'a'.repeat(254)

/** All judges agree that it is right. */
export const right = (example: ApiObject): Example => ({ object: example, shape: [], rules: [], server: [] })

/**
 * Right in shape, but refused by CEL and by the rules.
 *
 * @param rules what is more exact than the field that CEL names
 */
export const celRefuses = (example: ApiObject, field: string, says?: string, ...rules: readonly string[]): Example => ({
  object: example,
  shape: [],
  rules: rules.length === 0 ? [field] : rules,
  server: [field],
  ...(says === undefined ? {} : { says }),
})

/** Wrong in shape, for ajv, the rules and the API server. */
export const misshapen = (example: ApiObject, path: string, field: string, ...rules: readonly string[]): Example => ({
  object: example,
  shape: [path],
  rules: rules.length === 0 ? [field] : rules,
  server: [field],
})

/** Refused by the rules, stored by the API server when nobody asks them. */
export const onlyRules = (example: ApiObject, beyond: Beyond, ...rules: readonly string[]): Example => ({
  object: example,
  shape: [],
  rules,
  server: [],
  beyond,
})

/** What the schema does not know the API server drops before anyone sees it, and kubectl reports as "unknown field". */
export const dropped = (example: ApiObject, path: string, field: string): Example => ({
  object: example,
  shape: [path],
  rules: [field],
  server: [],
  beyond: 'unknownField',
})
