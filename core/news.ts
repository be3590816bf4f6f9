// What a Service and its people are told of a decision: in Events, in the condition and in the log by the same words.
import { type Address, formatAddress, sameAddress } from './address.ts'
import type { Allocation } from './allocation.ts'
import { annotationPrefix, deprecatedPrefix } from './annotations.ts'
import type { NamespacedName } from './namespaced-name.ts'
import { describePassed, describeRefusal, namedPools, type Passed, type Refusal, type TraceStep, traceOf } from './refusal.ts'
import type { AllocatedCondition, ServiceView } from './service.ts'

/** MetalLB's words, spaces and all: people and programs look for them. */
export type EventReason =
  | 'IPAllocated'
  | 'AllocationFailed'
  | 'AdditionalAssignFailed'
  | 'ClearAssignment'
  | 'LoadBalancerFailed'
  | 'not enough clusterips'
  | 'noclusterIPsIPFamily'
  | 'nolbIPsIPFamily'
  | 'deprecatedAnnotation'

export interface EmitEvent {
  readonly type: 'emitEvent'
  readonly service: NamespacedName
  readonly severity: 'Normal' | 'Warning'
  readonly reason: EventReason
  readonly message: string
  /** The pools that were tried, in their order, and why each cannot serve; the first of them. */
  readonly trace?: readonly TraceStep[]
  /** Of a Service that gets nothing. */
  readonly refusal?: Refusal['reason']
}

/** What a Service comes to. With an allocation, the refusal says why the rest is missing. */
export interface Outcome {
  readonly allocation?: Allocation | undefined
  readonly refusal?: Refusal | undefined
  /** Pools that came before those of the allocation, when all of it is new. */
  readonly passed?: Passed | undefined
}

/** What a Service has, what it may keep of that, and why not all of it. */
export interface Kept {
  readonly had: readonly Address[]
  readonly allocation?: Allocation
  readonly refusal?: Refusal
  /** We learn only now that it holds them: with another holder it is a double, not something that a user did. */
  readonly isNews: boolean
}

const refusalEvents: Partial<Readonly<Record<Refusal['reason'], EventReason>>> = {
  RequestInvalid: 'LoadBalancerFailed',
  DualStackImpossible: 'not enough clusterips',
  NoClusterAddress: 'noclusterIPsIPFamily',
}

/** Why it gets nothing. */
export function refused(service: ServiceView, refusal: Refusal): EmitEvent {
  const reason = refusalEvents[refusal.reason] ?? 'AllocationFailed'
  const message = `Failed to allocate IP for "${service.key}": ${describeRefusal(refusal)}`
  return {
    type: 'emitEvent',
    service: service.key,
    severity: 'Warning',
    reason,
    message,
    trace: traceOf([refusal]),
    refusal: refusal.reason,
  }
}

/** Why it gets no more than it has; undefined when it has all that it asks for. */
export function kept(service: ServiceView, missing: Refusal | undefined): EmitEvent | undefined {
  const { key, requestFault } = service
  if (requestFault !== undefined) {
    const message = `${requestFault.message}; it keeps what it has`
    return { type: 'emitEvent', service: key, severity: 'Warning', reason: 'LoadBalancerFailed', message }
  }
  if (missing === undefined) return undefined
  const message = `no ${furtherAddress(service)} for "${key}": ${describeRefusal(missing)}`
  return { type: 'emitEvent', service: key, severity: 'Normal', reason: 'AdditionalAssignFailed', message, trace: traceOf([missing]) }
}

/** @param allocation what it has now: perhaps some of the same again */
export function cleared(service: ServiceView, { had, refusal, isNews }: Kept, allocation: Allocation | undefined): readonly EmitEvent[] {
  const has = allocation?.addresses ?? []
  const lost = had.filter((address) => !has.some((other) => sameAddress(address, other)))
  if (lost.length === 0) return []
  const isDouble = isNews && refusal !== undefined && 'by' in refusal
  const why = refusal === undefined ? `it asks for ${service.addressCount} of each family` : describeRefusal(refusal)
  return [
    {
      type: 'emitEvent',
      service: service.key,
      severity: isDouble ? 'Warning' : 'Normal',
      reason: 'ClearAssignment',
      message: `Service loses ${lost.map(formatAddress).join(', ')}: ${why}${isDouble ? '; the older Service keeps it' : ''}`,
    },
  ]
}

/** Undefined: whatever the status says may stay. Without pools nobody knows whether the Service is for us, so nothing is written into it. */
export function conditionOf(service: ServiceView, { allocation, refusal, passed }: Outcome): AllocatedCondition | undefined {
  if (allocation === undefined) {
    if (refusal === undefined || refusal.reason === 'NoPools') return service.allocated
    return { status: 'False', reason: refusal.reason, message: describeRefusal(refusal) }
  }
  if (refusal === undefined) return { status: 'True', reason: 'Allocated', message: assigned(allocation, passed) }
  return {
    status: 'True',
    reason: 'PartlyAllocated',
    message: `${assigned(allocation)}; no ${furtherAddress(service)}: ${describeRefusal(refusal)}`,
  }
}

/** A Service that has its address and no condition was served by MetalLB: it is as right without. */
export function isShown(condition: AllocatedCondition | undefined, shown: AllocatedCondition | undefined): boolean {
  if (condition?.reason === 'Allocated') return shown === undefined || (shown.status === 'True' && shown.reason === condition.reason)
  return condition?.status === shown?.status && condition?.reason === shown?.reason && condition?.message === shown?.message
}

/** MetalLB's phrase first. What was passed over belongs to the moment, so a condition is not written again for it. */
function assigned(allocation: Allocation, passed?: Passed): string {
  const text = `Assigned IP ${allocation.addresses.map(formatAddress).join(', ')} from ${namedPools(distinctPools(allocation))}`
  return passed === undefined ? text : `${text}; passed over: ${describePassed(passed)}`
}

/** In the order of the addresses. */
export function distinctPools({ pools }: Allocation): readonly string[] {
  return pools.length === 1 ? pools : [...new Set(pools)]
}

function furtherAddress({ addressCount }: ServiceView): string {
  return addressCount === 1 ? 'second address' : 'further address'
}

export function announced(service: ServiceView, allocation: Allocation, passed: Passed | undefined): readonly EmitEvent[] {
  const told: EmitEvent = {
    type: 'emitEvent',
    service: service.key,
    severity: 'Normal',
    reason: 'IPAllocated',
    message: assigned(allocation, passed),
    ...(passed === undefined ? {} : { trace: traceOf(passed.refusals) }),
  }
  const [old] = service.deprecatedAnnotations
  if (old === undefined) return [told]
  const message = `annotation ${service.deprecatedAnnotations.join(', ')} is deprecated: write ${annotationPrefix}${old.slice(deprecatedPrefix.length)} and the like`
  return [told, { type: 'emitEvent', service: service.key, severity: 'Warning', reason: 'deprecatedAnnotation', message }]
}
