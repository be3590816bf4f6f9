// UPDATE as it goes out: as many prefixes in one message as the peer takes.
import type { Address, Family } from '../../core/address.ts'
import { encodeMessage, headerLength, MessageType } from './header.ts'
import { encodeReach, encodeUnreach, reachOverhead, unreachOverhead } from './multiprotocol.ts'
import type { Nlri } from './nlri.ts'
import { encodeRouteAttributes, type RouteAttributes, type RouteWriter } from './route-attributes.ts'

export interface PackedUpdate {
  readonly message: Uint8Array
  readonly prefixes: readonly Nlri[]
}

/** Octets of an UPDATE without its three lists: header and two lengths. */
const updateOverhead = headerLength + 2 + 2

/** One message after the other, made as they are asked for. Nothing for a family without next hop, or attributes that leave no room for a prefix. */
export function* packAnnouncements(
  family: Family,
  prefixes: Iterable<Nlri>,
  attributes: RouteAttributes,
  writer: RouteWriter,
): Generator<PackedUpdate, void> {
  const nextHop: Address | undefined = writer.nextHops[family]
  if (nextHop === undefined) return
  const rest = encodeRouteAttributes(attributes, writer, family)
  const isClassic = family === 'IPv4'
  const room = writer.messageLimit - updateOverhead - rest.length - (isClassic ? 0 : reachOverhead)
  for (const { list, octets } of fill(prefixes, room)) {
    const reach = isClassic ? undefined : encodeReach(nextHop, list, octets)
    const attributesLength = rest.length + (reach?.length ?? 0)
    const bodyLength = 4 + attributesLength + (isClassic ? octets : 0)
    const message = encodeMessage(MessageType.Update, bodyLength, (body) => {
      body.u16(0).u16(attributesLength)
      if (reach !== undefined) body.put(reach)
      body.put(rest)
      if (isClassic) for (const prefix of list) body.latin1(prefix)
    })
    yield { message, prefixes: list }
  }
}

export function* packWithdrawals(family: Family, prefixes: Iterable<Nlri>, messageLimit: number): Generator<PackedUpdate, void> {
  const isClassic = family === 'IPv4'
  for (const { list, octets } of fill(prefixes, messageLimit - updateOverhead - (isClassic ? 0 : unreachOverhead))) {
    const unreach = isClassic ? undefined : encodeUnreach(list, octets)
    const message = encodeMessage(MessageType.Update, 4 + (unreach?.length ?? octets), (body) => {
      if (unreach === undefined) {
        body.u16(octets)
        for (const prefix of list) body.latin1(prefix)
        body.u16(0)
      } else body.u16(0).u16(unreach.length).put(unreach)
    })
    yield { message, prefixes: list }
  }
}

/** Portions of at most `room` octets. A prefix that alone is too large ends it. */
function* fill(prefixes: Iterable<Nlri>, room: number): Generator<{ readonly list: readonly Nlri[]; readonly octets: number }, void> {
  let list: Nlri[] = []
  let octets = 0
  for (const prefix of prefixes) {
    if (prefix.length > room) return
    if (octets + prefix.length > room) {
      yield { list, octets }
      list = []
      octets = 0
    }
    list.push(prefix)
    octets += prefix.length
  }
  if (list.length > 0) yield { list, octets }
}
