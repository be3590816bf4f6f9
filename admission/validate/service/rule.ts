// What every rule for Services is given and gives.
import { annotationPrefix, annotations, deprecatedPrefix } from '../../../core/annotations.ts'
import type { L2Advert } from '../../../core/config/l2-advertisement.ts'
import type { Pool } from '../../../core/config/pool.ts'
import type { Ipam, Prospect } from '../../../core/ipam.ts'
import type { NamespaceView } from '../../../core/namespace.ts'
import { type Problem, type ProblemCode, problem } from '../../../core/problem.ts'
import type { Refusal } from '../../../core/refusal.ts'
import type { Result } from '../../../core/result.ts'
import type { ServiceView } from '../../../core/service.ts'
import type { Evidence } from '../../evidence.ts'

export interface ServiceCase {
  readonly service: ServiceView
  readonly annotations: Readonly<Record<string, string>>
  /** The deprecated field, '' when it is not set. */
  readonly specAddress: string
  readonly namespace: NamespaceView
  readonly ipam: Ipam
  readonly l2Adverts: readonly L2Advert[]
  /** The allocator's judgement of the Service. */
  readonly outcome: Result<Prospect, Refusal>
}

export interface Finding {
  readonly severity: 'refuse' | 'warn'
  readonly problem: Problem
  /** What must be read live before this may refuse anything. */
  readonly evidence: readonly Evidence[]
}

export type ServiceRule = (facts: ServiceCase) => readonly Finding[]

export function refuse(code: ProblemCode, field: string, message: string, evidence: readonly Evidence[] = []): Finding {
  return { severity: 'refuse', problem: problem(code, field, message), evidence }
}

export function warn(code: ProblemCode, field: string, message: string): Finding {
  return { severity: 'warn', problem: problem(code, field, message), evidence: [] }
}

/** The pools from which the Service would have its addresses. */
export function poolsOf({ ipam, outcome }: ServiceCase): readonly Pool[] {
  if (!outcome.ok) return []
  const names = new Set(outcome.value.pools)
  return ipam.pools.filter(({ name }) => names.has(name))
}

type RefusalOf<R extends Refusal['reason']> = Extract<Refusal, { readonly reason: R }>

/** The allocator's refusals of this kind, as far as they concern what the Service asks for by name; what concerns every pool is `ServicePending`'s. */
export function refusals<R extends Refusal['reason']>({ service, outcome }: ServiceCase, reason: R): readonly RefusalOf<R>[] {
  if (outcome.ok) return []
  const { error } = outcome
  const asksByName = service.requestedPools.length > 0
  const all: readonly Refusal[] = error.reason === 'NoPoolAvailable' && asksByName ? error.tried : [error]
  return all.filter((refusal): refusal is RefusalOf<R> => refusal.reason === reason)
}

/** The path of the annotation as the user spelled it. */
export function annotationField(written: Readonly<Record<string, string>>, name: string): string {
  const old = deprecatedPrefix + name.slice(annotationPrefix.length)
  return `metadata.annotations[${(written[name] ?? '').trim() === '' && Object.hasOwn(written, old) ? old : name}]`
}

export function poolField({ annotations: written }: ServiceCase): string {
  return annotationField(written, annotations.addressPool)
}

/** Where the Service asks for its addresses. */
export function addressField({ annotations: written, specAddress }: ServiceCase): string {
  return specAddress === '' ? annotationField(written, annotations.loadBalancerIPs) : 'spec.loadBalancerIP'
}

export const pools: Evidence = { kind: 'pools' }
