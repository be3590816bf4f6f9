// ROUTE-REFRESH: the peer asks for all routes of a family once more (RFC 2918).
import type { Family } from '../../core/address.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { Reader } from '../bytes.ts'
import { familyOf } from './family.ts'
import { headerLength } from './header.ts'
import { type Notification, notify, u16Data } from './notification.ts'

/** RFC 7313 §3.2: 0 is a request; 1 and 2 mark the begin and end of an answer, which a speaker that takes no routes has no use for. */
const requestSubtype = 0

/**
 * @param body at least 4 octets, which the header's check has seen to
 * @returns the family to send again; undefined for one that we do not speak and for subtypes that are no request
 */
export function decodeRouteRefresh(body: Uint8Array): Result<Family | undefined, Notification> {
  // Longer ones carry filters (RFC 5291), which we have not offered.
  if (body.length !== 4) return fail(notify('InvalidRouteRefreshLength', u16Data(headerLength + body.length)))
  const reader = new Reader(body)
  const afiNumber = reader.u16()
  const subtype = reader.u8()
  const family = familyOf(afiNumber, reader.u8())
  return ok(subtype === requestSubtype ? family : undefined)
}
