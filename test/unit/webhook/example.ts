// Builders shared by the webhook's tests.
import { viewNamespace } from '../../../core/namespace.ts'
import type { Fields } from '../../../core/shape.ts'
import type { IPAddressPool } from '../../../schemas/generated/types.ts'
import type { AdmissionRequest } from '../../../webhook/admission-review.ts'
import { refuse } from '../../../webhook/answer.ts'
import { review } from '../../../webhook/review.ts'
import { makeWorld, type World } from '../../../webhook/world.ts'

export const ownNamespace = 'metallb-system'

export function pool(name: string, spec: unknown, metadata: Fields = {}): Fields {
  return {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: { name, namespace: ownNamespace, ...metadata },
    ...(spec === undefined ? {} : { spec }),
  }
}

/** A stored pool, made on the given day of January 2026. */
export function stored(name: string, addresses: readonly string[], day: number, metadata: Fields = {}): Fields {
  const creationTimestamp = `2026-01-${String(day).padStart(2, '0')}T00:00:00Z`
  return pool(name, { addresses }, { uid: `uid-${name}`, resourceVersion: String(day), creationTimestamp, ...metadata })
}

export function worldOf(pools: readonly Fields[], namespaces: Readonly<Record<string, Readonly<Record<string, string>>>> = {}): World {
  return makeWorld(pools as unknown as readonly IPAddressPool[], {
    namespace: ownNamespace,
    classes: {},
    namespaceOf: (name) => viewNamespace({ metadata: { name, annotations: namespaces[name] ?? {} } }),
  })
}

/** The request that the API server would make of these objects; UPDATE when there is an old one. */
export function requestFor(object: Fields, oldObject?: Fields, more: Partial<AdmissionRequest> = {}): AdmissionRequest {
  const [group, version] = String(object['apiVersion']).includes('/')
    ? String(object['apiVersion']).split('/')
    : ['', String(object['apiVersion'])]
  const metadata = object['metadata'] as { readonly name?: string; readonly namespace?: string }
  return {
    uid: 'request-1',
    operation: oldObject === undefined ? 'CREATE' : 'UPDATE',
    group: group ?? '',
    version: version ?? '',
    kind: String(object['kind']),
    subResource: undefined,
    name: metadata.name ?? '',
    namespace: metadata.namespace ?? '',
    username: 'alice',
    dryRun: false,
    object,
    oldObject,
    ...more,
  }
}

/** What kubectl prints for the request when it is refused; '' when it is allowed. */
export function refusalOf(request: AdmissionRequest, world: World): string {
  const { problems } = review(request, world)
  if (problems.length === 0) return ''
  const { status } = refuse(request, problems).response
  return (status?.details?.causes ?? []).map(({ field, message }) => `* ${field}: ${message}`).join('\n')
}
