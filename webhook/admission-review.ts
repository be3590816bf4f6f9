// Reads an AdmissionReview v1 from the network: anybody who reaches the port may have written it, so nothing is taken on trust.
import { type AdmissionRequest, type Operation, operations } from '../admission/request.ts'
import { fail, ok, type Result } from '../core/result.ts'
import { asFields, asList, asText, type Fields, kindOf } from '../core/shape.ts'

/** No object of Kubernetes comes near it; what does is made to exhaust a stack. */
const deepest = 100

/**
 * Decodes the body of a call to a webhook.
 *
 * @returns the request; or the reason, in one sentence, why this is no AdmissionReview v1
 * @see admission.k8s.io/v1 AdmissionReview
 */
export function decodeAdmissionReview(body: unknown): Result<AdmissionRequest, string> {
  const review = asFields(body)
  if (review === undefined) return fail(`the body must be an AdmissionReview, is ${kindOf(body)}`)
  if (isDeeper(review, deepest)) return fail(`the body is nested deeper than ${deepest} levels`)
  if (review['kind'] !== 'AdmissionReview') return fail(`kind must be "AdmissionReview", is ${quote(review['kind'])}`)
  if (review['apiVersion'] !== 'admission.k8s.io/v1')
    return fail(`apiVersion must be "admission.k8s.io/v1", is ${quote(review['apiVersion'])}`)
  const request = asFields(review['request'])
  return request === undefined ? fail('request is missing') : decodeRequest(request)
}

function decodeRequest(request: Fields): Result<AdmissionRequest, string> {
  const uid = asText(request['uid']) ?? ''
  if (uid === '') return fail('request.uid must be a string that is not empty')
  const operation = operations.find((known) => known === request['operation'])
  if (operation === undefined) return fail(`request.operation must be one of ${operations.join(', ')}, is ${quote(request['operation'])}`)
  const kind = decodeKind(request)
  if (!kind.ok) return kind
  const objects = decodeObjects(request, operation)
  if (!objects.ok) return objects
  const subResource = asText(request['subResource'])
  const user = asFields(request['userInfo']) ?? {}
  return ok({
    uid,
    operation,
    ...kind.value,
    subResource: subResource === '' ? undefined : subResource,
    name: decodeName(request, objects.value.object ?? objects.value.oldObject),
    namespace: asText(request['namespace']) ?? '',
    username: asText(user['username']) ?? '',
    groups: asList(user['groups']).flatMap((group) => asText(group) ?? []),
    dryRun: request['dryRun'] === true,
    ...objects.value,
  })
}

function decodeKind(request: Fields): Result<Pick<AdmissionRequest, 'group' | 'version' | 'kind'>, string> {
  const fields = asFields(request['kind'])
  const [group, version, kind] = [asText(fields?.['group']), asText(fields?.['version']), asText(fields?.['kind'])]
  if (group === undefined || version === undefined || kind === undefined) return fail('request.kind must have group, version and kind')
  return ok({ group, version, kind })
}

/** The request has no name where the API server has still to generate it, and where it deletes a whole collection, object by object. */
function decodeName(request: Fields, object: Fields | undefined): string {
  const metadata = asFields(object?.['metadata'])
  const names = [request['name'], metadata?.['name'], metadata?.['generateName']].map(asText)
  return names.find((name) => name !== undefined && name !== '') ?? ''
}

function decodeObjects(request: Fields, operation: Operation): Result<Pick<AdmissionRequest, 'object' | 'oldObject'>, string> {
  for (const field of ['object', 'oldObject']) {
    const value = request[field] ?? undefined
    if (value !== undefined && asFields(value) === undefined) return fail(`request.${field} must be a JSON object, is ${kindOf(value)}`)
  }
  const [object, oldObject] = [asFields(request['object']), asFields(request['oldObject'])]
  if (object === undefined && (operation === 'CREATE' || operation === 'UPDATE')) return fail(`request.object is missing on ${operation}`)
  return ok({ object, oldObject })
}

/** Level by level, without recursion: the depth is the sender's choice. */
function isDeeper(root: unknown, limit: number): boolean {
  let level: readonly unknown[] = [root]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true
    level = level.flatMap((value) => Object.values(value as object)).filter((value) => typeof value === 'object' && value !== null)
  }
  return false
}

function quote(value: unknown): string {
  if (value === undefined) return 'absent'
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : kindOf(value)
}
