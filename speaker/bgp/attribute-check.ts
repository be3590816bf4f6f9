// What is wrong with one received path attribute, and how bad that is (RFC 7606 §3 and §7).
import { isAsPath } from './as-path.ts'
import { AttributeKind, AttributeType, hasKind, isOptional, type PathAttribute } from './path-attribute.ts'

/** What the checks need to know of the peer. */
export interface UpdateSender {
  /** Of our own AS. */
  readonly isInternal: boolean
  /** AS numbers in its messages have four octets (RFC 6793). */
  readonly fourOctetAs: boolean
}

/** `discard`: as if the attribute were not there. */
export type AttributeVerdict = 'fine' | 'discard' | 'treatAsWithdraw' | 'unknownWellKnown'

interface Check {
  readonly kind: AttributeKind
  isWhole(value: Uint8Array, sender: UpdateSender): boolean
  /** When it is not whole. */
  readonly otherwise: 'discard' | 'treatAsWithdraw'
  /** It means nothing from a peer of another AS. */
  readonly internalOnly?: boolean
}

const { WellKnown, OptionalNonTransitive, OptionalTransitive } = AttributeKind

const octets =
  (length: number): Check['isWhole'] =>
  (value) =>
    value.length === length

const listOf =
  (octetsEach: number): Check['isWhole'] =>
  (value) =>
    value.length > 0 && value.length % octetsEach === 0

/** MP_REACH_NLRI and MP_UNREACH_NLRI are read in full elsewhere. */
const checks: Readonly<Record<number, Check>> = {
  [AttributeType.Origin]: {
    kind: WellKnown,
    isWhole: (value) => value.length === 1 && (value[0] ?? 3) <= 2,
    otherwise: 'treatAsWithdraw',
  },
  [AttributeType.AsPath]: {
    kind: WellKnown,
    isWhole: (value, { fourOctetAs }) => isAsPath(value, fourOctetAs),
    otherwise: 'treatAsWithdraw',
  },
  [AttributeType.NextHop]: { kind: WellKnown, isWhole: octets(4), otherwise: 'treatAsWithdraw' },
  [AttributeType.MultiExitDisc]: { kind: OptionalNonTransitive, isWhole: octets(4), otherwise: 'treatAsWithdraw' },
  [AttributeType.LocalPref]: { kind: WellKnown, isWhole: octets(4), otherwise: 'treatAsWithdraw', internalOnly: true },
  [AttributeType.AtomicAggregate]: { kind: WellKnown, isWhole: octets(0), otherwise: 'discard' },
  [AttributeType.Aggregator]: {
    kind: OptionalTransitive,
    isWhole: (value, { fourOctetAs }) => value.length === (fourOctetAs ? 8 : 6),
    otherwise: 'discard',
  },
  [AttributeType.Communities]: { kind: OptionalTransitive, isWhole: listOf(4), otherwise: 'treatAsWithdraw' },
  [AttributeType.OriginatorId]: { kind: OptionalNonTransitive, isWhole: octets(4), otherwise: 'treatAsWithdraw', internalOnly: true },
  [AttributeType.ClusterList]: { kind: OptionalNonTransitive, isWhole: listOf(4), otherwise: 'treatAsWithdraw', internalOnly: true },
  [AttributeType.MpReachNlri]: { kind: OptionalNonTransitive, isWhole: () => true, otherwise: 'treatAsWithdraw' },
  [AttributeType.MpUnreachNlri]: { kind: OptionalNonTransitive, isWhole: () => true, otherwise: 'treatAsWithdraw' },
  [AttributeType.ExtendedCommunities]: { kind: OptionalTransitive, isWhole: listOf(8), otherwise: 'treatAsWithdraw' },
  [AttributeType.As4Path]: { kind: OptionalTransitive, isWhole: (value) => isAsPath(value, true), otherwise: 'discard' },
  [AttributeType.As4Aggregator]: { kind: OptionalTransitive, isWhole: octets(8), otherwise: 'discard' },
  [AttributeType.LargeCommunities]: { kind: OptionalTransitive, isWhole: listOf(12), otherwise: 'treatAsWithdraw' },
}

/** An attribute that nobody here knows does no harm, unless it claims to be one that everybody knows. */
export function checkAttribute(attribute: PathAttribute, sender: UpdateSender): AttributeVerdict {
  const check = checks[attribute.type]
  if (check === undefined) return isOptional(attribute) ? 'discard' : 'unknownWellKnown'
  if (check.internalOnly === true && !sender.isInternal) return 'discard'
  if (!hasKind(attribute, check.kind)) return 'treatAsWithdraw'
  return check.isWhole(attribute.value, sender) ? 'fine' : check.otherwise
}
