import { annotationPrefix, annotations, deprecatedPrefix } from '../../../core/annotations.ts'
import { nearest } from '../../../core/nearest.ts'
import { type Finding, type ServiceRule, warn } from './rule.ts'

const ofNamespaces: readonly string[] = [annotations.namespaceDefaultPool, annotations.namespaceAdmission]
const written: readonly string[] = [
  annotations.addressPool,
  annotations.loadBalancerIPs,
  annotations.addressCount,
  annotations.hostPart,
  annotations.allowSharedIP,
]
const ofPools: readonly string[] = [annotations.isDefaultPool, annotations.hold, annotations.reuse]
const ofServices = Object.values(annotations).filter((name) => !ofNamespaces.includes(name) && !ofPools.includes(name))

/** A misspelled annotation does nothing, silently. Those of other programs are their own affair. */
export const unknownAnnotation: ServiceRule = ({ annotations: all }) => Object.keys(all).flatMap(judge)

function judge(key: string): readonly Finding[] {
  const prefix = [annotationPrefix, deprecatedPrefix].find((known) => key.startsWith(known))
  if (prefix === undefined) return []
  const name = annotationPrefix + key.slice(prefix.length)
  if (ofServices.some((known) => known === name)) return []
  const message = `MetalLB reads no such annotation on a Service; ${hintFor(name)}`
  return [warn('UnknownAnnotation', `metadata.annotations[${key.slice(0, 100)}]`, message)]
}

function hintFor(name: string): string {
  if (ofNamespaces.includes(name)) return 'it belongs on a Namespace'
  if (ofPools.includes(name)) return 'it belongs on an IPAddressPool'
  const guess = nearest(name, ofServices)
  return guess === undefined ? `there are ${written.join(', ')}` : `did you mean "${guess}"?`
}
