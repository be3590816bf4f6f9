// What an operator did wrong, as a value; and the one registry of the codes that name it in refusals, logs and docs/errors.md.

/** The kinds of cause that Kubernetes knows (metav1.CauseType). */
export type CauseReason =
  | 'FieldValueInvalid'
  | 'FieldValueDuplicate'
  | 'FieldValueRequired'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTypeInvalid'

interface CodeEntry {
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
  DuplicateEntry: { title: 'A list holds the same entry twice', cure: 'Remove one of them.', reason: 'FieldValueDuplicate' },
  AggregationWithSelectors: {
    title: 'An advertisement that chooses by Service and rolls addresses up',
    cure: 'Drop serviceSelectors, or announce single addresses.',
    reason: 'FieldValueForbidden',
  },
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
  CommunityUnknown: {
    title: 'A community by a name that nobody defines',
    cure: 'Define it in a Community object, or write the value.',
    reason: 'FieldValueInvalid',
  },
  CommunityInvalid: {
    title: 'A BGP community that cannot be read',
    cure: 'Write 65000:100, or a large community as large:65000:1:2.',
    reason: 'FieldValueInvalid',
  },
  SelectorInvalid: {
    title: 'A label selector that Kubernetes would not accept',
    cure: 'Correct the key, the operator or the values.',
    reason: 'FieldValueInvalid',
  },
} as const satisfies Readonly<Record<string, CodeEntry>>

export type ProblemCode = keyof typeof problemCodes

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
