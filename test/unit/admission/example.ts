// Builders shared by the webhook's tests.

import { evaluateHere } from '../../../admission/policy/evaluate-here.ts'
import type { Evaluate } from '../../../admission/policy/evaluator.ts'
import type { AdmissionRequest } from '../../../admission/request.ts'
import { review } from '../../../admission/review.ts'
import { stillWorld } from '../../../admission/still-world.ts'
import type { World } from '../../../admission/world.ts'
import type { ServiceAdmission } from '../../../core/namespace.ts'
import type { Node, Service, ServiceCIDR } from '../../../core/objects.ts'
import { parseReleases } from '../../../core/release-record.ts'
import type { Fields } from '../../../core/shape.ts'
import { instant } from '../../../core/time.ts'
import type {
  AllocationPolicy,
  BFDProfile,
  BGPAdvertisement,
  BGPPeerV1beta2,
  Community,
  IPAddressPool,
  L2Advertisement,
} from '../../../schemas/generated/types.ts'
import { refuse } from '../../../webhook/answer.ts'

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

export interface Surroundings {
  /** Name → annotations, or everything of its metadata. */
  readonly namespaces?: Readonly<
    Record<
      string,
      {
        readonly annotations?: Readonly<Record<string, string>>
        readonly labels?: Readonly<Record<string, string>>
        readonly deletionTimestamp?: string
      }
    >
  >
  /** As stored. */
  readonly services?: readonly Service[]
  readonly nodes?: readonly Node[]
  readonly serviceCidrs?: readonly ServiceCIDR[]
  /** As stored; an L2Advertisement that selects everything when not set. */
  readonly l2Advertisements?: readonly Fields[]
  readonly bgpAdvertisements?: readonly Fields[]
  readonly peers?: readonly Fields[]
  readonly bfdProfiles?: readonly Fields[]
  readonly communities?: readonly Fields[]
  readonly policies?: readonly Fields[]
  readonly serviceAdmission?: ServiceAdmission
  /** The ConfigMap of released addresses, five minutes after 2026 began. */
  readonly released?: Readonly<Record<string, string>>
}

export function worldOf(pools: readonly Fields[], surroundings: Surroundings = {}): World {
  const { namespaces = {}, services = [], nodes = [], l2Advertisements = [{}], serviceAdmission = 'enforce' } = surroundings
  return stillWorld(
    {
      pools: objects<IPAddressPool>(pools),
      l2Advertisements: objects<L2Advertisement>(l2Advertisements),
      bgpAdvertisements: objects<BGPAdvertisement>(surroundings.bgpAdvertisements),
      peers: objects<BGPPeerV1beta2>(surroundings.peers),
      bfdProfiles: objects<BFDProfile>(surroundings.bfdProfiles),
      communities: objects<Community>(surroundings.communities),
      policies: objects<AllocationPolicy>(surroundings.policies),
      namespaces: Object.entries(namespaces).map(([name, metadata]) => ({ metadata: { name, ...metadata } })),
      nodes,
      serviceCidrs: surroundings.serviceCidrs ?? [],
      services,
    },
    { namespace: ownNamespace, classes: {}, poolPriority: 'highest', serviceAdmission, ignoresExcludeLabel: false },
    { releases: parseReleases(surroundings.released), now: instant(Date.parse('2026-01-01T00:05:00Z')) },
  )
}

function objects<O>(list: readonly Fields[] = []): readonly O[] {
  return list as readonly O[]
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
    groups: ['system:authenticated'],
    dryRun: false,
    object,
    oldObject,
    ...more,
  }
}

export function deletionOf(oldObject: Fields, more: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return { ...requestFor(oldObject, oldObject), operation: 'DELETE', object: undefined, ...more }
}

/** The body of the call that makes the request. */
export function reviewTextOf({ group, version, kind, username, groups, ...rest }: AdmissionRequest): string {
  const request = { ...rest, kind: { group, version, kind }, userInfo: { username, groups } }
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request })
}

/** For who is never asked, and for who needs no worker. */
export const evaluator: { readonly evaluate: Evaluate } = {
  evaluate: (questions, variables) => Promise.resolve(evaluateHere(questions, variables)),
}

/** What kubectl prints for the request when it is refused; '' when it is allowed. */
export function refusalOf(request: AdmissionRequest, world: World): string {
  const { problems } = review(request, world)
  if (problems.length === 0) return ''
  const { status } = refuse(request, problems).response
  return (status?.details?.causes ?? []).map(({ field, message }) => `* ${field}: ${message}`).join('\n')
}
