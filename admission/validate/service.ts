// The rules for Services of type LoadBalancer. The judge is the allocator itself; each rule puts one kind of its answers, or one mistake that it does not see, into words.
import type { Service } from '../../core/objects.ts'
import type { Problem } from '../../core/problem.ts'
import { viewService } from '../../core/service.ts'
import { asFields, asText, asTexts, type Fields } from '../../core/shape.ts'
import { nothingToSay, type RestingVerdict, warningText } from '../verdict.ts'
import type { World } from '../world.ts'
import { addedProblems } from './ratchet.ts'
import { addressAvoided } from './service/address-avoided.ts'
import { addressHeld } from './service/address-held.ts'
import { addressInNoPool } from './service/address-in-no-pool.ts'
import { addressInUse } from './service/address-in-use.ts'
import { addressWillChange } from './service/address-will-change.ts'
import { addressesInSeveralPools } from './service/addresses-in-several-pools.ts'
import { backendsDiffer } from './service/backends-differ.ts'
import { conflictingAnnotations } from './service/conflicting-annotations.ts'
import { deprecatedAnnotation } from './service/deprecated-annotation.ts'
import { dualStackImpossible } from './service/dual-stack-impossible.ts'
import { familyUnavailable } from './service/family-unavailable.ts'
import { hostPart } from './service/host-part.ts'
import { namespaceNotAllowed } from './service/namespace-not-allowed.ts'
import { nodeAddress } from './service/node-address.ts'
import { outsideRequestedPool } from './service/outside-requested-pool.ts'
import { poolExhausted } from './service/pool-exhausted.ts'
import { poolNearlyFull } from './service/pool-nearly-full.ts'
import { poolUnknown } from './service/pool-unknown.ts'
import { portInUse } from './service/port-in-use.ts'
import { quotaExceeded } from './service/quota-exceeded.ts'
import { requestFamiliesDiffer } from './service/request-families-differ.ts'
import { requestInvalid } from './service/request-invalid.ts'
import { requestedTwice } from './service/requested-twice.ts'
import { type Finding, type ServiceRule } from './service/rule.ts'
import { serviceNotSelected } from './service/service-not-selected.ts'
import { servicePending } from './service/service-pending.ts'
import { sharingKeyDiffers } from './service/sharing-key-differs.ts'
import { sharingWithSelectors } from './service/sharing-with-selectors.ts'
import { unknownAnnotation } from './service/unknown-annotation.ts'

const rules: readonly ServiceRule[] = [
  conflictingAnnotations,
  requestedTwice,
  requestInvalid,
  dualStackImpossible,
  requestFamiliesDiffer,
  poolUnknown,
  namespaceNotAllowed,
  familyUnavailable,
  poolExhausted,
  hostPart,
  quotaExceeded,
  addressInNoPool,
  addressesInSeveralPools,
  addressAvoided,
  nodeAddress,
  outsideRequestedPool,
  addressInUse,
  addressHeld,
  sharingKeyDiffers,
  portInUse,
  backendsDiffer,
  servicePending,
  addressWillChange,
  poolNearlyFull,
  serviceNotSelected,
  sharingWithSelectors,
  unknownAnnotation,
  deprecatedAnnotation,
]

/** Never throws, whatever the objects hold. Asks the books of the world and changes nothing. */
export function validateService(
  object: Fields,
  old: Fields | undefined,
  place: { readonly namespace: string; readonly name: string },
  world: World,
): RestingVerdict {
  const mode = world.namespaceOf(place.namespace).admission ?? world.serviceAdmission
  const findings = mode === 'off' ? [] : findingsOf(object, place, world)
  const refused = findings.filter(({ severity }) => severity === 'refuse')
  const isDenied = mode === 'enforce' && refused.length > 0
  const before = isDenied && old !== undefined ? findingsOf(old, place, world).filter(({ severity }) => severity === 'refuse') : []
  const problems = isDenied ? addedProblems(refused.map(problemOf), before.map(problemOf)) : []
  const denying = new Set(problems)
  return {
    ...nothingToSay,
    problems,
    warnings: findings.map(problemOf).flatMap((problem) => (denying.has(problem) ? [] : warningText(problem))),
    // Every refusal rests on its Namespace, which may have another mode since a moment ago.
    evidence: [
      ...(problems.length === 0 ? [] : [{ kind: 'namespace', name: place.namespace } as const]),
      ...refused.flatMap(({ problem, evidence }) => (denying.has(problem) ? evidence : [])),
    ],
  }
}

function problemOf({ problem }: Finding): Problem {
  return problem
}

function findingsOf(object: Fields, place: { readonly namespace: string; readonly name: string }, world: World): readonly Finding[] {
  const metadata = asFields(object['metadata']) ?? {}
  const placed = { ...object, metadata: { ...metadata, ...place } }
  // The view reads every field with care, so that an object of any shape may be given to it.
  const service = viewService(placed as unknown as Service, world.classes)
  if (!service.isLoadBalancer || service.deleting) return []
  const ipam = world.ipam()
  const namespace = world.namespaceOf(place.namespace)
  const facts = {
    service,
    annotations: asTexts(metadata['annotations']),
    specAddress: asText(asFields(object['spec'])?.['loadBalancerIP']) ?? '',
    namespace,
    ipam,
    l2Adverts: world.l2Advertisements.compiled,
    outcome: ipam.probe(service, namespace),
  }
  return rules.flatMap((rule) => rule(facts))
}
