// One judgement for the mutating and the validating call, free of HTTP: what is wrong with a request, what is odd about it, what is filled in.
// Services are defaulted here and judged by validate/service.ts in the validating call alone: only there do they have their cluster IPs.
import { asFields, type Fields } from '../core/shape.ts'
import type { OwnKind } from './evidence.ts'
import { defaultService } from './mutate/service.ts'
import type { AdmissionRequest } from './request.ts'
import { validateAllocationPolicy } from './validate/allocation-policy.ts'
import { validateBFDProfile } from './validate/bfd-profile.ts'
import { validateBGPAdvertisement } from './validate/bgp-advertisement.ts'
import { validateBGPPeer } from './validate/bgp-peer.ts'
import { validateCommunity } from './validate/community.ts'
import { validateIPAddressPool } from './validate/ip-address-pool.ts'
import { validateL2Advertisement } from './validate/l2-advertisement.ts'
import type { Place } from './validate/place.ts'
import { addedProblems } from './validate/ratchet.ts'
import { validateService } from './validate/service.ts'
import { nothingToSay, type RestingVerdict, type Verdict } from './verdict.ts'
import type { World } from './world.ts'

interface Reviewer {
  readonly validate: (object: Fields, place: Place, world: World) => Verdict
  /** Its verdict rests on these kinds too: objects of one `kubectl apply -f` see each other. */
  readonly beside: readonly OwnKind[]
}

const reviewers: Readonly<Record<string, Reviewer>> = {
  'metallb.io/v1beta1/IPAddressPool': { validate: validateIPAddressPool, beside: ['pools', 'bgpAdvertisements'] },
  'metallb.io/v1beta1/L2Advertisement': { validate: validateL2Advertisement, beside: ['pools'] },
  'metallb.io/v1beta1/BGPAdvertisement': {
    validate: validateBGPAdvertisement,
    beside: ['pools', 'bgpAdvertisements', 'peers', 'communities'],
  },
  'metallb.io/v1beta2/BGPPeer': { validate: validateBGPPeer, beside: ['peers', 'bgpAdvertisements', 'bfdProfiles'] },
  'metallb.io/v1beta1/BFDProfile': { validate: validateBFDProfile, beside: [] },
  'metallb.io/v1alpha1/AllocationPolicy': { validate: validateAllocationPolicy, beside: ['policies', 'pools'] },
  'metallb.io/v1beta1/Community': { validate: validateCommunity, beside: ['communities'] },
}

const service = '/v1/Service'

/** `core`: a review needs the caches only. `own`: the caches must have been confirmed. `unknown`: nobody registered us for this kind. */
export function kindOfRequest(request: AdmissionRequest): 'core' | 'own' | 'unknown' {
  const key = keyOf(request)
  if (key === service) return 'core'
  return reviewerOf(key) === undefined ? 'unknown' : 'own'
}

/** What has to be confirmed before one of our own kinds is reviewed. */
export function kindsBeside(request: AdmissionRequest): readonly OwnKind[] {
  return reviewerOf(keyOf(request))?.beside ?? []
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
  const reviewer = reviewerOf(key)
  if (reviewer === undefined) return nothingToSay
  const verdict = reviewer.validate(object, request, world)
  if (oldObject === undefined || verdict.problems.length === 0) return verdict
  return { ...verdict, problems: addedProblems(verdict.problems, reviewer.validate(oldObject, request, world).problems) }
}

/** The validating call for a Service. Never throws, whatever the objects hold. */
export function reviewService(request: AdmissionRequest, world: World): RestingVerdict {
  const { object, oldObject, namespace, name } = request
  if (object === undefined || isExempt(request)) return { ...nothingToSay, evidence: [] }
  return validateService(object, oldObject, { namespace, name }, world)
}

function reviewerOf(key: string): Reviewer | undefined {
  return Object.hasOwn(reviewers, key) ? reviewers[key] : undefined
}

function keyOf(request: AdmissionRequest): string {
  return `${request.group}/${request.version}/${request.kind}`
}
