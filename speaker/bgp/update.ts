// UPDATE as it comes in (RFC 4271 §4.3). No route is kept, so what is read is whether the peer still makes sense, by the mild rules of RFC 7606.
import type { Family } from '../../core/address.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { decode, Reader } from '../bytes.ts'
import { checkAttribute, type UpdateSender } from './attribute-check.ts'
import { countReach, countUnreach } from './multiprotocol.ts'
import { countPrefixes } from './nlri.ts'
import { type Notification, notify } from './notification.ts'
import { AttributeType, type PathAttribute, readAttribute } from './path-attribute.ts'

export interface Update {
  /** Prefixes of our families, both kinds of NLRI together. */
  readonly announced: number
  readonly withdrawn: number
  /** Why its routes count as withdrawn although the session goes on (RFC 7606 §2); undefined when nothing is wrong. */
  readonly treatedAsWithdraw: string | undefined
}

/**
 * Reads an UPDATE.
 *
 * @param body at least 4 octets, which the header's check has seen to
 * @returns the NOTIFICATION to send before closing only where nobody can tell which routes are meant (RFC 7606 §3)
 */
export function decodeUpdate(body: Uint8Array, sender: UpdateSender): Result<Update, Notification> {
  const fields = decode(new Reader(body), (reader) => ({
    withdrawn: reader.sub(reader.u16()),
    attributes: reader.sub(reader.u16()),
    announced: reader,
  }))
  if (!fields.ok) return fail(notify('MalformedAttributeList'))
  const withdrawn = countOf(fields.value.withdrawn, 'IPv4')
  const announced = countOf(fields.value.announced, 'IPv4')
  if (withdrawn === undefined || announced === undefined) return fail(notify('InvalidNetworkField'))

  const found = readAttributes(fields.value.attributes, sender)
  if (!found.ok) return found
  const { attributes, fault } = found.value
  const reach = attributes.get(AttributeType.MpReachNlri)
  const unreach = attributes.get(AttributeType.MpUnreachNlri)
  const reached = reach === undefined ? 0 : valueOf(countReach(reach.value))
  const unreached = unreach === undefined ? 0 : valueOf(countUnreach(unreach.value))
  if (reached === undefined || unreached === undefined) return fail(notify('OptionalAttributeError'))

  const treatedAsWithdraw = fault ?? missingAttribute(attributes, announced, reached, sender)
  // RFC 7606 §5.2: without any route to withdraw, the broken attribute may be the one that named them.
  if (fault !== undefined && announced === 0 && reach === undefined) return fail(notify('MalformedAttributeList'))
  return ok({ announced: announced + reached, withdrawn: withdrawn + unreached, treatedAsWithdraw })
}

function countOf(reader: Reader, family: Family): number | undefined {
  return valueOf(decode(reader, (prefixes) => countPrefixes(prefixes, family)))
}

function valueOf<T>(result: Result<T, unknown>): T | undefined {
  return result.ok ? result.value : undefined
}

interface FoundAttributes {
  /** By type, the first of each. */
  readonly attributes: ReadonlyMap<number, PathAttribute>
  /** The first thing that makes the routes count as withdrawn. */
  readonly fault: string | undefined
}

function readAttributes(reader: Reader, sender: UpdateSender): Result<FoundAttributes, Notification> {
  const attributes = new Map<number, PathAttribute>()
  let fault: string | undefined
  while (reader.remaining > 0) {
    const read = decode(reader, readAttribute)
    // RFC 7606 §4: the length of the whole list still tells where the prefixes begin.
    if (!read.ok) return ok({ attributes, fault: fault ?? 'an attribute is longer than the list of attributes' })
    const attribute = read.value
    if (attributes.has(attribute.type)) {
      if (isMultiprotocol(attribute.type)) return fail(notify('MalformedAttributeList'))
      continue // RFC 7606 §3 (g): the first of several counts.
    }
    const verdict = checkAttribute(attribute, sender)
    if (verdict === 'unknownWellKnown') return fail(notify('UnrecognizedWellKnownAttribute', wireOf(attribute)))
    if (verdict === 'treatAsWithdraw') fault ??= `attribute ${attribute.type} is malformed`
    if (verdict !== 'discard') attributes.set(attribute.type, attribute)
  }
  return ok({ attributes, fault })
}

const isMultiprotocol = (type: number): boolean => type === AttributeType.MpReachNlri || type === AttributeType.MpUnreachNlri

/** RFC 7606 §3 (d): routes without a mandatory attribute count as withdrawn. */
function missingAttribute(
  attributes: ReadonlyMap<number, PathAttribute>,
  announced: number,
  reached: number,
  sender: UpdateSender,
): string | undefined {
  if (announced + reached === 0) return undefined
  const mandatory: number[] = [AttributeType.Origin, AttributeType.AsPath]
  if (announced > 0) mandatory.push(AttributeType.NextHop)
  if (sender.isInternal) mandatory.push(AttributeType.LocalPref)
  const missing = mandatory.find((type) => !attributes.has(type))
  return missing === undefined ? undefined : `attribute ${missing} is missing`
}

/** The erroneous attribute as RFC 4271 §6.3 wants it in the data: type, length and value. */
function wireOf(attribute: PathAttribute): Uint8Array {
  const { flags, type, value } = attribute
  return value.length > 255
    ? Uint8Array.of(flags, type, value.length >>> 8, value.length & 0xff, ...value)
    : Uint8Array.of(flags, type, value.length, ...value)
}
