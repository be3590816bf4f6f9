// The proof that the API server reaches us: a dry-run CREATE of a pool that our own webhook always refuses, with words that only it can know.

import type { AdmissionRequest } from '../admission/request.ts'
import { asFields, asText } from '../core/shape.ts'
import type { Cause } from './answer.ts'

/** The two calls of the API server's admission: first the mutating webhooks, then, behind the schema, the validating ones. */
export type Call = 'mutating' | 'validating'

const namePrefix = 'metallb-webhook-probe'

/** The pool to create by dry-run. It is right in every respect, so that nobody but the webhook of `call` refuses it. */
export function probePool(call: Call, nonce: string, namespace: string): ProbePool {
  return {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: { name: `${namePrefix}-${call}-${nonce}`, namespace },
    // RFC 5737 documentation range.
    spec: { addresses: ['192.0.2.0/32'], autoAssign: false },
  }
}

export interface ProbePool {
  readonly apiVersion: 'metallb.io/v1beta1'
  readonly kind: 'IPAddressPool'
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: { readonly addresses: readonly string[]; readonly autoAssign: boolean }
}

/** The causes with which `call` refuses a probe that is meant for it; no cause lets it pass on to the other; undefined: this is no probe. */
export function answerProbe(call: Call, request: AdmissionRequest): readonly Cause[] | undefined {
  if (request.kind !== 'IPAddressPool' || request.operation !== 'CREATE') return undefined
  const name = asText(asFields(request.object?.['metadata'])?.['name']) ?? ''
  const [, target, nonce] = new RegExp(`^${namePrefix}-(mutating|validating)-([0-9a-f]+)$`).exec(name) ?? []
  if (target === undefined || nonce === undefined) return undefined
  return target === call ? [{ field: 'metadata.name', reason: 'FieldValueForbidden', message: proof(call, nonce) }] : []
}

/** Whether the text of the API server's refusal shows that the probe came to a webhook of ours and back. */
export function isProof(call: Call, nonce: string, refusal: string): boolean {
  return refusal.includes(proof(call, nonce))
}

function proof(call: Call, nonce: string): string {
  return `probe ${nonce} has reached the ${call} webhook [WebhookProbe]`
}
