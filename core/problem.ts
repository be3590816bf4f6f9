// What an operator did wrong, as a value; and the one registry of the codes that name it in refusals, logs and docs/errors.md.
import { bgpCodes } from './bgp-codes.ts'

/** The kinds of cause that Kubernetes knows (metav1.CauseType). */
export type CauseReason =
  | 'FieldValueInvalid'
  | 'FieldValueDuplicate'
  | 'FieldValueRequired'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTypeInvalid'

export interface CodeEntry {
  readonly title: string
  readonly cure: string
  readonly reason: CauseReason
}

export const problemCodes = {
  UnknownField: {
    title: 'A field that this kind does not have',
    cure: 'Correct the spelling or the indentation; a field under the wrong parent is unknown too.',
    reason: 'FieldValueNotSupported',
  },
  WrongType: { title: 'A value of the wrong type', cure: 'Write the type that the message names.', reason: 'FieldValueTypeInvalid' },
  MissingField: { title: 'A required field is missing', cure: 'Add the field.', reason: 'FieldValueRequired' },
  NotSupported: {
    title: 'A value outside the allowed set',
    cure: 'Use one of the values that the message lists.',
    reason: 'FieldValueNotSupported',
  },
  OutOfBounds: {
    title: 'A number, length or count outside its limits',
    cure: 'Stay within the limits that the message names.',
    reason: 'FieldValueInvalid',
  },
  WrongNamespace: {
    title: 'An object outside the namespace in which MetalLB runs',
    cure: "Create it in MetalLB's own namespace; elsewhere nobody reads it.",
    reason: 'FieldValueInvalid',
  },
  PatternMismatch: { title: 'A text of the wrong form', cure: 'Write it in the form that the message names.', reason: 'FieldValueInvalid' },
  PoolUnknown: { title: 'A pool is named that does not exist', cure: 'Correct the name, or create the pool.', reason: 'FieldValueInvalid' },
  WebhookProbe: {
    title: "The webhook's own dry run, by which it proves that the API server reaches it",
    cure: 'Nothing to do: no user ever sees it.',
    reason: 'FieldValueForbidden',
  },
  PoolWithoutAddresses: { title: 'A pool without addresses', cure: 'List at least one CIDR or range.', reason: 'FieldValueRequired' },
  RangeSyntax: {
    title: 'A range that cannot be read',
    cure: 'Write a CIDR (192.168.1.0/24) or a range (192.168.1.10-192.168.1.20).',
    reason: 'FieldValueInvalid',
  },
  AddressLeadingZero: {
    title: 'A decimal number with a leading zero',
    cure: 'Remove the zero: some programs read 010 as 8.',
    reason: 'FieldValueInvalid',
  },
  RangeBareAddress: {
    title: 'A single address where a range is wanted',
    cure: 'Add /32 (IPv4) or /128 (IPv6).',
    reason: 'FieldValueInvalid',
  },
  RangeReversed: { title: 'A range that ends before it starts', cure: 'Exchange the two addresses.', reason: 'FieldValueInvalid' },
  RangeMixedFamilies: {
    title: 'A range from one address family into the other',
    cure: 'List one range for each family.',
    reason: 'FieldValueInvalid',
  },
  RangeHostBits: {
    title: 'A CIDR with host bits set',
    cure: 'Write the network address, or a range when only a part was meant.',
    reason: 'FieldValueInvalid',
  },
  RangeOverlap: { title: 'Two entries of one pool share addresses', cure: 'Remove or shorten one of them.', reason: 'FieldValueDuplicate' },
  PoolOverlap: {
    title: 'Two pools share addresses',
    cure: 'Edit the addresses of the first pool, or choose others for the second.',
    reason: 'FieldValueDuplicate',
  },
  SecondDefaultPool: {
    title: 'More than one default pool',
    cure: 'Take the annotation metallb.io/is-default-pool from the other pool first.',
    reason: 'FieldValueDuplicate',
  },
  RangeNotCanonical: {
    title: 'A range that is spelled in an unusual way',
    cure: 'Write it as the message spells it, as every program will show it.',
    reason: 'FieldValueInvalid',
  },
  NodeAddressInPool: {
    title: "A pool that covers a Node's own address",
    cure: 'Nothing has to be done: that address is never handed out. Shorten the range to make it plain.',
    reason: 'FieldValueInvalid',
  },
  PoolNotAdvertised: {
    title: 'A pool that no advertisement selects',
    cure: 'Create an L2Advertisement or BGPAdvertisement that selects it, or add it to one.',
    reason: 'FieldValueInvalid',
  },
  PoolOrder: {
    title: 'The order in which pools with serviceAllocation are used',
    cure: 'Nothing has to be done when the order is the one that was meant; --pool-priority=lowest turns it around.',
    reason: 'FieldValueInvalid',
  },
  EqualPriorities: {
    title: 'Two pools with one priority',
    cure: 'Give them different priorities, unless the order of their names will do.',
    reason: 'FieldValueInvalid',
  },
  SelectsNothing: {
    title: 'A selector or a name that matches nothing today',
    cure: 'Correct the labels, unless what they mean is still to come.',
    reason: 'FieldValueInvalid',
  },
  PriorityWithoutAutoAssign: {
    title: 'A priority on a pool that is used only when it is named',
    cure: 'Remove the priority or autoAssign: false.',
    reason: 'FieldValueInvalid',
  },
  SelectorsAreAlternatives: {
    title: 'Several node selectors, of which one is enough',
    cure: 'When a Node must match all of them, write their labels into one selector.',
    reason: 'FieldValueInvalid',
  },
  UnknownAnnotation: {
    title: 'An annotation of metallb.io that nobody reads',
    cure: 'Correct the spelling, or remove it.',
    reason: 'FieldValueNotSupported',
  },
  DeprecatedAnnotation: {
    title: 'An annotation with the deprecated prefix metallb.universe.tf/',
    cure: 'Write metallb.io/ instead; until then it works as before.',
    reason: 'FieldValueNotSupported',
  },
  ConflictingAnnotations: {
    title: 'The deprecated and the new annotation say different things',
    cure: 'Remove the deprecated one.',
    reason: 'FieldValueInvalid',
  },
  RequestInvalid: {
    title: 'A request for addresses that cannot be read',
    cure: 'List one address, or one of each family, separated by a comma.',
    reason: 'FieldValueInvalid',
  },
  RequestedTwice: {
    title: 'Addresses asked for by annotation and by spec.loadBalancerIP',
    cure: 'Keep the annotation; spec.loadBalancerIP is deprecated by Kubernetes.',
    reason: 'FieldValueForbidden',
  },
  RequestFamiliesDiffer: {
    title: "Requested addresses of other families than the Service's",
    cure: 'Ask for addresses of each family that the Service has cluster IPs of, and of no other.',
    reason: 'FieldValueInvalid',
  },
  DualStackImpossible: {
    title: 'RequireDualStack without two cluster IPs',
    cure: 'Write PreferDualStack or SingleStack, or make the cluster dual-stack.',
    reason: 'FieldValueInvalid',
  },
  PoolExhausted: {
    title: 'The named pool is full',
    cure: 'Add addresses to it, delete a Service that holds one, or name another pool.',
    reason: 'FieldValueInvalid',
  },
  QuotaExceeded: {
    title: 'A namespace has as many addresses as an AllocationPolicy allows it',
    cure: 'Delete a Service of the namespace that holds one, let two of them share one by metallb.io/allow-shared-ip, or raise spec.quota.addresses of the policy.',
    reason: 'FieldValueForbidden',
  },
  NamespaceNotAllowed: {
    title: 'The named pool serves other namespaces',
    cure: "Add the namespace to the pool's spec.serviceAllocation.namespaces, or use another pool.",
    reason: 'FieldValueForbidden',
  },
  FamilyUnavailable: {
    title: 'The named pool lacks a family that the Service needs',
    cure: "Add a range of that family to the pool, name another, or change the Service's ipFamilies and ipFamilyPolicy.",
    reason: 'FieldValueInvalid',
  },
  AddressInNoPool: {
    title: 'A requested address is in no pool',
    cure: 'Ask for an address of a pool, or add it to one.',
    reason: 'FieldValueInvalid',
  },
  AddressesInSeveralPools: {
    title: 'The two requested addresses are in different pools',
    cure: 'Ask for two addresses of one pool.',
    reason: 'FieldValueInvalid',
  },
  AddressAvoided: {
    title: 'A requested address that its pool avoids',
    cure: 'Ask for another address, or set avoidBuggyIPs: false on the pool.',
    reason: 'FieldValueInvalid',
  },
  NodeAddress: {
    title: 'A requested address is the own address of a Node',
    cure: 'Ask for another address.',
    reason: 'FieldValueForbidden',
  },
  OutsideRequestedPool: {
    title: 'A requested address is not in the pool that the Service names',
    cure: 'Name the pool of the address, or ask for an address of the named pool.',
    reason: 'FieldValueInvalid',
  },
  AddressInUse: {
    title: 'A requested address belongs to another Service',
    cure: 'Ask for another address, or let both Services share it by the same annotation metallb.io/allow-shared-ip.',
    reason: 'FieldValueDuplicate',
  },
  AddressHeld: {
    title: 'A requested address is held for a Service that was deleted and may come back',
    cure: 'Ask for another address, wait until the time is over, or shorten or remove the annotation metallb.io/hold of the pool.',
    reason: 'FieldValueDuplicate',
  },
  SharingKeyDiffers: {
    title: 'A requested address is shared under another key',
    cure: 'Write the same metallb.io/allow-shared-ip as the Services on that address, or ask for another address.',
    reason: 'FieldValueInvalid',
  },
  PortInUse: {
    title: 'Two Services on one address have the same port',
    cure: 'Use another port, or another address.',
    reason: 'FieldValueDuplicate',
  },
  BackendsDiffer: {
    title: 'Two Services on one address send traffic to different pods with externalTrafficPolicy Local',
    cure: 'Give both the same externalTrafficPolicy, and with Local the same selector; or ask for another address.',
    reason: 'FieldValueInvalid',
  },
  ServicePending: {
    title: 'A Service that no pool can serve now',
    cure: 'It is stored and gets an address as soon as a pool can serve it; the message says what stands in the way of each.',
    reason: 'FieldValueInvalid',
  },
  AddressWillChange: {
    title: 'A change that costs the Service its address',
    cure: 'Ask for the present address by metallb.io/loadBalancerIPs, or undo what stands in its way.',
    reason: 'FieldValueInvalid',
  },
  PoolNearlyFull: { title: 'A pool with few free addresses', cure: 'Add addresses to the pool.', reason: 'FieldValueInvalid' },
  ServiceNotSelected: {
    title: 'A Service uses a pool whose serviceSelectors do not select it',
    cure: 'Nothing has to be done: naming the pool or the address is enough. Add the label when it was forgotten.',
    reason: 'FieldValueInvalid',
  },
  Disruption: {
    title: 'A change that would cost live Services their address or their announcement',
    cure: 'Move the Services first; or annotate the object with metallb.io/allow-disruption: "true" and change or delete it then.',
    reason: 'FieldValueForbidden',
  },
  ProfileInUse: {
    title: 'A BFDProfile is deleted that a BGPPeer uses',
    cure: 'Remove spec.bfdProfile from the peers that the message names, or delete them, first.',
    reason: 'FieldValueForbidden',
  },
  DuplicateEntry: { title: 'A list holds the same entry twice', cure: 'Remove one of them.', reason: 'FieldValueDuplicate' },
  AddressSyntax: { title: 'An IP address that cannot be read', cure: 'Write it as 10.0.0.1 or fd00::1.', reason: 'FieldValueInvalid' },
  DurationSyntax: { title: 'A length of time that cannot be read', cure: 'Write it as 90s or 1m30s.', reason: 'FieldValueInvalid' },
  Contradiction: {
    title: 'Fields that exclude each other',
    cure: 'Keep the one that the message names.',
    reason: 'FieldValueForbidden',
  },
  WrongFamily: {
    title: 'An address of the wrong family',
    cure: 'Write one of the family that the message names.',
    reason: 'FieldValueInvalid',
  },
  SpecialRange: {
    title: 'A pool of addresses that have another meaning',
    cure: 'Choose addresses that other hosts can send to.',
    reason: 'FieldValueInvalid',
  },
  ClusterNetworkInPool: {
    title: 'A pool that covers a network of the cluster itself',
    cure: 'Choose addresses that neither Pods nor cluster IPs of Services are made of.',
    reason: 'FieldValueInvalid',
  },
  PolicyViolated: {
    title: 'A Service that an AllocationPolicy does not allow',
    cure: 'Do what the message says: the owner of the cluster wrote it. The policy is named at its end.',
    reason: 'FieldValueForbidden',
  },
  PolicyNotEvaluated: {
    title: 'An expression of an AllocationPolicy without a result for this Service',
    cure: 'Whoever owns the policy corrects it, often by has() before a field that may be absent. What takes too long is only warned about.',
    reason: 'FieldValueForbidden',
  },
  ExpressionInvalid: {
    title: 'A CEL expression that cannot be compiled',
    cure: 'Correct it at the line and column that the message names. What an expression may name and call is in docs/cel.md.',
    reason: 'FieldValueInvalid',
  },
  PolicyWithoutEffect: {
    title: 'An AllocationPolicy that says nothing',
    cure: 'Add validations, quota or defaultPool; look at the indentation when they are there.',
    reason: 'FieldValueInvalid',
  },
  DefaultPoolIgnored: {
    title: 'A default pool of an AllocationPolicy that others come before, or that nobody gets',
    cure: 'Remove the default that the message names, narrow one of the two, or remove this one.',
    reason: 'FieldValueInvalid',
  },
  SeveralQuotas: {
    title: 'Several AllocationPolicies with a quota for one namespace',
    cure: 'Nothing has to be done when the smallest is what was meant; else narrow one of the policies.',
    reason: 'FieldValueInvalid',
  },
  QuotaBelowUse: {
    title: 'A quota below what namespaces hold already',
    cure: 'Nothing has to be done: the quota holds for whatever is new. Delete Services when fewer addresses are to be in use.',
    reason: 'FieldValueInvalid',
  },
  SharingWithSelectors: {
    title: 'A Service that may share its address, announced by an L2Advertisement that chooses by Service',
    cure: 'Drop the sharing key, or take the serviceSelectors from the L2Advertisement: the speakers announce no such address.',
    reason: 'FieldValueForbidden',
  },
  SelectorInvalid: {
    title: 'A label selector that Kubernetes would not accept',
    cure: 'Correct the key, the operator or the values.',
    reason: 'FieldValueInvalid',
  },
  ...bgpCodes,
} as const satisfies Readonly<Record<string, CodeEntry>>

export type ProblemCode = keyof typeof problemCodes

export function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(problemCodes, text)
}

export interface Problem {
  readonly code: ProblemCode
  /** Kubernetes field path: `spec.addresses[1]`. */
  readonly field: string
  /** The offending value as it was written. */
  readonly value?: string
  /** Complete in itself: what, its value, against what, and the fix. */
  readonly message: string
  readonly reason: CauseReason
}

/** A problem whose reason is the usual one of its code. */
export function problem(code: ProblemCode, field: string, message: string, value?: string): Problem {
  const reason: CauseReason = problemCodes[code].reason
  return { code, field, message, reason, ...(value === undefined ? {} : { value }) }
}
