// Both calls of the webhook for one object, one after the other as the API server makes them.
import { applyPatch } from '../admission/json-patch.ts'
import { judgeHere, withPolicies } from '../admission/policy/judge.ts'
import type { AdmissionRequest } from '../admission/request.ts'
import { review, reviewService } from '../admission/review.ts'
import { Stored } from '../admission/stored.ts'
import type { Verdict } from '../admission/verdict.ts'
import type { World } from '../admission/world.ts'
import type { Validation } from '../core/config/policy.ts'
import type { Fields } from '../core/shape.ts'
import type { Subject } from './finding.ts'

/** The request that the API server would make; CREATE when there is no old object, DELETE when there is no new one. */
export function requestFor(subject: Subject, object: Fields | undefined, oldObject: Fields | undefined): AdmissionRequest {
  const { apiVersion, kind, namespace, name } = subject
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  const operation = object === undefined ? 'DELETE' : oldObject === undefined ? 'CREATE' : 'UPDATE'
  const who = { uid: '', username: '', groups: [], dryRun: true, subResource: undefined }
  return { ...who, operation, group, version, kind, namespace, name, object, oldObject }
}

/** What the mutating call makes of the object. */
export function mutated(request: AdmissionRequest, world: World): Fields {
  return applyPatch(request.object ?? {}, review(request, world).patch)
}

/** What the validating call says; of a Service that has its cluster IPs. Expressions of policies are evaluated here, without a deadline but at a bounded cost. */
export function judge(request: AdmissionRequest, world: World): Verdict {
  if (request.kind !== 'Service') return review(request, world)
  return withPolicies(reviewService(request, world), judgeHere(request, withoutGuesses(world, request.namespace)))
}

/** Nobody here knows who will apply the object, nor more than the name of a Namespace that is not there: a validation that asks for it only warns. */
function withoutGuesses(world: World, namespace: string): World {
  const isKnown = world.namespaces().some(({ name }) => name === namespace)
  const isGuess = ({ expression }: Validation): boolean =>
    expression.includes('userInfo') || (!isKnown && expression.includes('namespaceObject'))
  const weigh = (each: Validation): Validation => (each.action === 'Deny' && isGuess(each) ? { ...each, action: 'Warn' } : each)
  const compiled = world.policies.compiled.map((policy) => ({ ...policy, validations: policy.validations.map(weigh) }))
  return { ...world, policies: new Stored(world.policies.objects, () => compiled) }
}
