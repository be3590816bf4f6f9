// The annotations by which users and controller talk, and how those of a Service are read.
import { asFields, asText, asTexts } from './shape.ts'

export const annotationPrefix = 'metallb.io/'
export const deprecatedPrefix = 'metallb.universe.tf/'

export const annotations = {
  addressPool: 'metallb.io/address-pool',
  /** `default`: `address-pool` was filled in by the webhook, so it is a preference and not the user's request. */
  addressPoolSource: 'metallb.io/address-pool-source',
  loadBalancerIPs: 'metallb.io/loadBalancerIPs',
  /** How many addresses of each family. */
  addressCount: 'metallb.io/address-count',
  /** The host bits of its IPv6 address: `::1:53`. */
  hostPart: 'metallb.io/host-part',
  allowSharedIP: 'metallb.io/allow-shared-ip',
  /** Written by the controller: the pool of the current addresses; pools, separated by commas, in the order of the status. */
  allocatedFromPool: 'metallb.io/ip-allocated-from-pool',
  /** On a Namespace: the pool that its Services get when they name none. */
  namespaceDefaultPool: 'metallb.io/default-pool',
  /** On a Namespace: what admission does with its Services (enforce, warn, off). */
  namespaceAdmission: 'metallb.io/admission',
  /** On a pool, `"true"`: it is preferred by all Services that name none. */
  isDefaultPool: 'metallb.io/is-default-pool',
  /** On a pool, a length of time: so long is an address kept for a Service that has gone. */
  hold: 'metallb.io/hold',
  /** On a pool: which free address is handed out first (lowest-first, least-recently-released). */
  reuse: 'metallb.io/reuse',
  /** On an object of ours, `"true"`: it may be changed or deleted whatever that costs live Services. */
  allowDisruption: 'metallb.io/allow-disruption',
} as const

/** The value under the name, else under the deprecated prefix; an empty value counts as absent. */
export function readAnnotation(all: unknown, name: string): string | undefined {
  const fields = asFields(all)
  if (fields === undefined) return undefined
  const value = asText(fields[name])?.trim() ?? ''
  if (value !== '') return value
  const old = asText(fields[deprecatedPrefix + name.slice(annotationPrefix.length)])?.trim() ?? ''
  return old === '' ? undefined : old
}

/** The keys with the deprecated prefix that are in use. */
export function deprecatedAnnotations(all: unknown): readonly string[] {
  return Object.keys(asTexts(all)).filter((key) => key.startsWith(deprecatedPrefix))
}
