// What goes back to the API server: an AdmissionReview v1, or a plain Status when the question could not be read.

import type { PatchOperation } from '../admission/json-patch.ts'
import type { AdmissionRequest } from '../admission/request.ts'
import type { PolicyNote } from '../admission/verdict.ts'
import type { Problem } from '../core/problem.ts'

/** metav1.StatusCause: kubectl prints `field: message` and nothing else, so each message stands alone. */
export interface Cause {
  readonly field: string
  readonly reason: string
  readonly message: string
}

/** metav1.Status of a failure. */
export interface Status {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly status: 'Failure'
  /** HTTP status code. */
  readonly code: number
  readonly reason: string
  readonly message: string
  readonly details?: { readonly group: string; readonly kind: string; readonly name: string; readonly causes: readonly Cause[] }
}

export interface AdmissionReviewAnswer {
  readonly apiVersion: 'admission.k8s.io/v1'
  readonly kind: 'AdmissionReview'
  readonly response: {
    readonly uid: string
    readonly allowed: boolean
    readonly status?: Status
    readonly warnings?: readonly string[]
    readonly patchType?: 'JSONPatch'
    /** Base64 of the JSON patch. */
    readonly patch?: string
    /** The API server puts the name of our webhook before each key. */
    readonly auditAnnotations?: Readonly<Record<string, string>>
  }
}

/** The audit trail takes what kubectl never shows; more than this nobody reads. */
const mostAudited = 20

/** What policies have noted, under the key and in the form of ValidatingAdmissionPolicy. */
export function auditAnnotations(notes: readonly PolicyNote[]): Readonly<Record<string, string>> {
  const audited = notes.filter(({ type }) => type === 'audited').map(({ policy, validation, message }) => ({ policy, validation, message }))
  return audited.length === 0 ? {} : { validation_failure: JSON.stringify(audited.slice(0, mostAudited)) }
}

export function withAudit(reply: AdmissionReviewAnswer, annotations: Readonly<Record<string, string>>): AdmissionReviewAnswer {
  if (Object.keys(annotations).length === 0) return reply
  return { ...reply, response: { ...reply.response, auditAnnotations: annotations } }
}

/** The API server cuts longer warnings off by itself, in the middle of a word and without a sign. */
const warningLength = 256
/** A refusal longer than this helps nobody, and the API server limits what it reads. */
const mostCauses = 50

export function allow(
  request: AdmissionRequest,
  warnings: readonly string[] = [],
  patch: readonly PatchOperation[] = [],
): AdmissionReviewAnswer {
  const change = patch.length === 0 ? {} : { patchType: 'JSONPatch' as const, patch: encodeBase64(JSON.stringify(patch)) }
  return answer({ uid: request.uid, allowed: true, ...warningsField(warnings), ...change })
}

/** Status 422 `Invalid`: kubectl prints its causes, other clients its message, so both say everything. */
export function refuse(request: AdmissionRequest, problems: readonly Problem[], warnings: readonly string[] = []): AdmissionReviewAnswer {
  const all = problems.map(({ field, reason, message, code }): Cause => ({ field, reason, message: `${message} [${code}]` }))
  const more = all.length - mostCauses
  const causes =
    more <= 0
      ? all
      : [...all.slice(0, mostCauses), { field: '', reason: 'FieldValueInvalid', message: `and ${more} more problems like these` }]
  return refuseWith(request, causes, warnings)
}

/** Status 403 `Forbidden`, of which kubectl prints the message: what is deleted need not be invalid, which is what kubectl says of a 422. */
export function forbid(request: AdmissionRequest, problems: readonly Problem[], warnings: readonly string[] = []): AdmissionReviewAnswer {
  const causes = problems.map(({ field, reason, message, code }): Cause => ({ field, reason, message: `${message} [${code}]` }))
  const status = failure(403, 'Forbidden', causes.map(({ message }) => message).join('; '))
  const details = { group: request.group, kind: request.kind, name: request.name, causes }
  return answer({ uid: request.uid, allowed: false, status: { ...status, details }, ...warningsField(warnings) })
}

export function refuseWith(request: AdmissionRequest, causes: readonly Cause[], warnings: readonly string[] = []): AdmissionReviewAnswer {
  const said = causes.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; ')
  const status = failure(422, 'Invalid', `${request.kind} "${request.name}" is invalid: ${said}`)
  const details = { group: request.group, kind: request.kind, name: request.name, causes }
  return answer({ uid: request.uid, allowed: false, status: { ...status, details }, ...warningsField(warnings) })
}

/** We cannot judge at the moment: not the object's fault, and worth another try. */
export function refuseForNow(request: AdmissionRequest, reason: string): AdmissionReviewAnswer {
  return answer({ uid: request.uid, allowed: false, status: failure(503, 'ServiceUnavailable', reason) })
}

export function failure(code: number, reason: string, message: string): Status {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message }
}

function answer(response: AdmissionReviewAnswer['response']): AdmissionReviewAnswer {
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }
}

function warningsField(warnings: readonly string[]): { readonly warnings?: readonly string[] } {
  if (warnings.length === 0) return {}
  return { warnings: warnings.map(shortened) }
}

/** The code stays: it is what people look up. */
function shortened(text: string): string {
  if (text.length <= warningLength) return text
  const code = / \[\w+\]$/.exec(text)?.[0] ?? ''
  return `${text.slice(0, warningLength - 1 - code.length)}…${code}`
}

function encodeBase64(text: string): string {
  return Buffer.from(text).toString('base64')
}
