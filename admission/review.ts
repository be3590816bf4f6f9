// One judgement for the mutating and the validating call, free of HTTP: what is wrong with a request, what is odd about it, what is filled in.
// Services are defaulted here and judged by validate/service.ts in the validating call alone: only there do they have their cluster IPs.
import { asFields, type Fields } from '../core/shape.ts'
import { defaultService } from './mutate/service.ts'
import type { AdmissionRequest } from './request.ts'
import { validateIPAddressPool } from './validate/ip-address-pool.ts'
import { validateL2Advertisement } from './validate/l2-advertisement.ts'
import { addedProblems } from './validate/ratchet.ts'
import { type ServiceVerdict, validateService } from './validate/service.ts'
import { nothingToSay, type Verdict } from './verdict.ts'
import type { World } from './world.ts'

type Validator = (object: Fields, place: { readonly namespace: string; readonly name: string }, world: World) => Verdict

const validators: Readonly<Record<string, Validator>> = {
  'metallb.io/v1beta1/IPAddressPool': validateIPAddressPool,
  'metallb.io/v1beta1/L2Advertisement': validateL2Advertisement,
}

const service = '/v1/Service'

/** `core`: a review needs the caches only. `own`: the caches must have been confirmed. `unknown`: nobody registered us for this kind. */
export function kindOfRequest(request: AdmissionRequest): 'core' | 'own' | 'unknown' {
  const key = keyOf(request)
  if (key === service) return 'core'
  return Object.hasOwn(validators, key) ? 'own' : 'unknown'
}

/** Deletions, subresources and objects that are on their way out are nobody's mistake any more. */
export function isExempt(request: AdmissionRequest): boolean {
  if (request.object === undefined || request.subResource !== undefined) return true
  return (asFields(request.object['metadata'])?.['deletionTimestamp'] ?? undefined) !== undefined
}

/** Never throws, whatever the objects hold. */
export function review(request: AdmissionRequest, world: World): Verdict {
  const { object, oldObject } = request
  if (object === undefined || isExempt(request)) return nothingToSay
  const key = keyOf(request)
  if (key === service) return { ...nothingToSay, patch: defaultService(object, oldObject, request.namespace, world) }
  const validate = Object.hasOwn(validators, key) ? validators[key] : undefined
  if (validate === undefined) return nothingToSay
  const verdict = validate(object, request, world)
  if (oldObject === undefined || verdict.problems.length === 0) return verdict
  return { ...verdict, problems: addedProblems(verdict.problems, validate(oldObject, request, world).problems) }
}

/** The validating call for a Service. Never throws, whatever the objects hold. */
export function reviewService(request: AdmissionRequest, world: World): ServiceVerdict {
  const { object, oldObject, namespace, name } = request
  if (object === undefined || isExempt(request)) return { ...nothingToSay, evidence: [] }
  return validateService(object, oldObject, { namespace, name }, world)
}

function keyOf(request: AdmissionRequest): string {
  return `${request.group}/${request.version}/${request.kind}`
}
