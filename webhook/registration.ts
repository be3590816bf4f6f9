// What the two webhook configurations should hold, and what a replica does about what they do hold. The manifests bring them empty.
import type { KubeObject } from '../core/objects.ts'
import type { LoadBalancerClasses } from '../core/service.ts'
import { asFields, asList, asText, type Fields } from '../core/shape.ts'
import type { Call } from './probe.ts'

export const configurationName = 'metallb-webhook-configuration'

/** Grows with each release that changes the entries below; an older replica leaves a newer one's entries alone. */
const registrationVersion = 4
export const versionAnnotation = 'metallb.io/webhook-registration'

export interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly unknown[]
}

export interface RegistrationFacts {
  readonly call: Call
  readonly namespace: string
  /** Name of the Service in front of the replicas. */
  readonly service: string
  /** PEM of every authority that is or will be or was ours. */
  readonly bundle: string
  /** PEM of the one that has signed what we serve. */
  readonly authority: string
  readonly classes: LoadBalancerClasses
  /** Our namespace is being deleted, and we with it. */
  readonly isEnding: boolean
}

/** `Ignore` until a probe has shown that the API server reaches us: nobody is locked out by a webhook that was never there. */
export type OwnPolicy = 'Ignore' | 'Fail'

export type RegistrationStep =
  /** Nobody has applied the manifests. */
  | { readonly type: 'missing' }
  /** A newer version has registered itself. */
  | { readonly type: 'superseded'; readonly by: number }
  /** It has, and may be gone again: its entries stay as they are, but for the authorities, which replicas of all versions share. */
  | { readonly type: 'entrust' }
  | { readonly type: 'write'; readonly policy: OwnPolicy }
  /** Registered with `Ignore`: show that the path works, then write `Fail`. */
  | { readonly type: 'prove' }
  | { readonly type: 'enforced' }
  /** Take the entries away: what `Fail` leaves behind would stand in the way of whoever installs us again. */
  | { readonly type: 'withdraw' }
  | { readonly type: 'withdrawn' }

/** What to do about a configuration as it stands; the same facts and the same object lead every replica to the same step. */
export function planRegistration(current: WebhookConfiguration | undefined, facts: RegistrationFacts): RegistrationStep {
  if (current === undefined) return { type: 'missing' }
  if (facts.isEnding) return { type: asList(current.webhooks).length === 0 ? 'withdrawn' : 'withdraw' }
  const version = Number(asFields(current.metadata.annotations)?.[versionAnnotation] ?? 0)
  const entries = asList(current.webhooks)
  if (version > registrationVersion && entries.length > 0)
    return entries.every((entry) => covers(entry, entrusted(entry, facts))) ? { type: 'superseded', by: version } : { type: 'entrust' }
  if (version === registrationVersion) {
    if (holds(current, webhooksFor(facts, 'Fail'))) return { type: 'enforced' }
    if (holds(current, webhooksFor(facts, 'Ignore'))) return { type: 'prove' }
  }
  return { type: 'write', policy: isProven(entries, facts) ? 'Fail' : 'Ignore' }
}

/** The path to us was proven and is the same, whatever else there is to correct: nothing wrong shall slip through meanwhile. */
function isProven(entries: readonly unknown[], facts: RegistrationFacts): boolean {
  const failing = webhooksFor(facts, 'Fail').filter(({ failurePolicy }) => failurePolicy === 'Fail')
  return failing.every(({ name, failurePolicy, clientConfig }) => {
    const entry = asFields(entries.find((candidate) => asFields(candidate)?.['name'] === name))
    const present = asFields(entry?.['clientConfig'])
    const isThere = entry?.['failurePolicy'] === failurePolicy && covers(present?.['service'], asFields(clientConfig)?.['service'])
    return isThere && trusts(entry, facts.authority)
  })
}

/** Whether the API server trusts this authority when it calls us, whoever wrote the entries. */
export function isTrusted(current: WebhookConfiguration | undefined, authority: string): boolean {
  return asList(current?.webhooks).every((entry) => trusts(entry, authority))
}

/** Whether the API server calls us, and trusts this authority when it does. */
export function isRegisteredWith(current: WebhookConfiguration | undefined, authority: string): boolean {
  return asList(current?.webhooks).length > 0 && isTrusted(current, authority)
}

function trusts(entry: unknown, authority: string): boolean {
  const bundle = asText(asFields(asFields(entry)?.['clientConfig'])?.['caBundle']) ?? ''
  // Line ends are nobody's business.
  return Buffer.from(bundle, 'base64').toString('utf8').replaceAll(/\s/g, '').includes(authority.replaceAll(/\s/g, ''))
}

function entrusted(entry: unknown, { bundle }: RegistrationFacts): Fields {
  const fields = asFields(entry) ?? {}
  return { ...fields, clientConfig: { ...asFields(fields['clientConfig']), caBundle: base64(bundle) } }
}

/** A merge patch; it fails with a conflict when the object is no longer the one that was judged. */
export function registrationPatch(current: WebhookConfiguration, facts: RegistrationFacts, policy: OwnPolicy): Fields {
  return {
    metadata: { resourceVersion: current.metadata.resourceVersion, annotations: { [versionAnnotation]: String(registrationVersion) } },
    webhooks: webhooksFor(facts, policy),
  }
}

/** Changes nothing but whom the API server trusts. */
export function entrustPatch(current: WebhookConfiguration, facts: RegistrationFacts): Fields {
  const webhooks = asList(current.webhooks).map((entry) => entrusted(entry, facts))
  return { metadata: { resourceVersion: current.metadata.resourceVersion }, webhooks }
}

/** Leaves a configuration as the manifests brought it. */
export function withdrawalPatch(current: WebhookConfiguration): Fields {
  return { metadata: { resourceVersion: current.metadata.resourceVersion, annotations: { [versionAnnotation]: null } }, webhooks: [] }
}

/** The entries, each field written out, also where it is the API server's default, so that an edit by hand shows as a difference. */
export function webhooksFor(facts: RegistrationFacts, ownPolicy: OwnPolicy): readonly Fields[] {
  const path = facts.call === 'mutating' ? '/mutate' : '/validate'
  const common = {
    clientConfig: { caBundle: base64(facts.bundle), service: { namespace: facts.namespace, name: facts.service, path, port: 443 } },
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    ...(facts.call === 'mutating' ? { reinvocationPolicy: 'IfNeeded' } : {}),
  }
  const own = {
    ...common,
    name: `${facts.call === 'mutating' ? 'mutate' : 'validate'}.metallb.io`,
    failurePolicy: ownPolicy,
    timeoutSeconds: 3,
    rules: [...ownRules(['CREATE', 'UPDATE']), rule('metallb.io', 'v1alpha1', ['allocationpolicies'], ['CREATE', 'UPDATE'])],
    // An object on its way out must be able to lose its finalizers while nobody of us is there.
    matchConditions: [{ name: 'not-being-deleted', expression: '!has(object.metadata.deletionTimestamp)' }],
  }
  const services = {
    ...common,
    name: 'services.metallb.io',
    // No cluster may depend on us for creating Services: the controller applies the same defaults when we were away, and is the last judge.
    failurePolicy: 'Ignore',
    timeoutSeconds: 2,
    rules: [rule('', 'v1', ['services'], ['CREATE', 'UPDATE'])],
    matchConditions: [{ name: 'load-balancer-of-ours', expression: serviceCondition(facts.classes) }],
  }
  return facts.call === 'mutating' ? [own, services] : [own, services, deletions(common)]
}

/** Whoever wants to be rid of us must succeed, also while nobody of us is there: what cleans up after others is not even asked about. */
function deletions(common: Fields): Fields {
  return {
    ...common,
    name: 'deletions.metallb.io',
    failurePolicy: 'Ignore',
    timeoutSeconds: 3,
    rules: ownRules(['DELETE']),
    matchConditions: [
      { name: 'not-being-deleted', expression: '!has(oldObject.metadata.deletionTimestamp)' },
      { name: 'by-somebody', expression: `!(request.userInfo.username in ${JSON.stringify(cleaners)})` },
    ],
  }
}

/** Who deletes what is in a Namespace, or belongs to something, that is gone; the last where its controllers have no accounts of their own. */
const cleaners = [
  'system:serviceaccount:kube-system:namespace-controller',
  'system:serviceaccount:kube-system:generic-garbage-collector',
  'system:kube-controller-manager',
]

function ownRules(operations: readonly string[]): readonly Fields[] {
  return [
    rule('metallb.io', 'v1beta1', ['ipaddresspools', 'l2advertisements', 'bgpadvertisements', 'bfdprofiles', 'communities'], operations),
    // The API server converts the older version for us: matchPolicy Equivalent.
    rule('metallb.io', 'v1beta2', ['bgppeers'], operations),
  ]
}

function rule(group: string, version: string, plurals: readonly string[], operations: readonly string[]): Fields {
  return { apiGroups: [group], apiVersions: [version], operations, resources: plurals, scope: 'Namespaced' }
}

function serviceCondition(classes: LoadBalancerClasses): string {
  const type = "has(object.spec.type) && object.spec.type == 'LoadBalancer'"
  return `${type} && ${classCondition(classes)}`
}

function classCondition({ only, unset }: LoadBalancerClasses): string {
  if (only !== undefined) return `has(object.spec.loadBalancerClass) && object.spec.loadBalancerClass == ${JSON.stringify(only)}`
  const prefixed = "object.spec.loadBalancerClass.startsWith('metallb.io/')"
  return unset === false ? `has(object.spec.loadBalancerClass) && ${prefixed}` : `(!has(object.spec.loadBalancerClass) || ${prefixed})`
}

function holds(current: WebhookConfiguration, wanted: readonly Fields[]): boolean {
  const entries = asList(current.webhooks)
  const conditions = (entry: unknown): number => asList(asFields(entry)?.['matchConditions']).length
  return covers(entries, wanted) && entries.every((entry, index) => conditions(entry) === conditions(wanted[index]))
}

/** Every field that was written has its value, to any depth; fields that a newer API server fills in are its own affair. */
function covers(present: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(present) && present.length === wanted.length && wanted.every((value, index) => covers(present[index], value))
  }
  const fields = asFields(wanted)
  if (fields === undefined) return present === wanted
  const have = asFields(present)
  // An empty selector matches everything; one that somebody has filled does not.
  if (have === undefined || (Object.keys(fields).length === 0 && Object.keys(have).length > 0)) return false
  return Object.entries(fields).every(([name, value]) => covers(have[name], value))
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
