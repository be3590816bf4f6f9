// UPDATE as it goes out: as many prefixes in one message as the peer takes.
import type { Address, Family } from '../../core/address.ts'
import { encodeMessage, headerLength, MessageType } from './header.ts'
import { encodeReach, encodeUnreach, reachOverhead, unreachOverhead } from './multiprotocol.ts'
import type { Nlri } from './nlri.ts'
import { encodeRouteAttributes, type RouteAttributes, type RouteWriter } from './route-attributes.ts'

export interface PackedUpdate<T> {
  readonly message: Uint8Array
  /** Whose prefixes it holds. */
  readonly routes: readonly T[]
}

/** Whatever has a prefix. */
interface Prefixed {
  readonly nlri: Nlri
}

/** Octets of an UPDATE without its three lists: header and two lengths. */
const updateOverhead = headerLength + 2 + 2

/** One message after the other, made as they are asked for. Nothing for a family without next hop, or attributes that leave no room for a prefix. */
export function* packAnnouncements<T extends Prefixed>(
  family: Family,
  routes: Iterable<T>,
  attributes: RouteAttributes,
  writer: RouteWriter,
): Generator<PackedUpdate<T>, void> {
  const nextHop: Address | undefined = writer.nextHops[family]
  if (nextHop === undefined) return
  const rest = encodeRouteAttributes(attributes, writer, family)
  const isClassic = family === 'IPv4'
  const room = writer.messageLimit - updateOverhead - rest.length - (isClassic ? 0 : reachOverhead)
  for (const { list, octets } of fill(routes, room)) {
    const reach = isClassic ? undefined : encodeReach(nextHop, list, octets)
    const attributesLength = rest.length + (reach?.length ?? 0)
    const bodyLength = 4 + attributesLength + (isClassic ? octets : 0)
    const message = encodeMessage(MessageType.Update, bodyLength, (body) => {
      body.u16(0).u16(attributesLength)
      if (reach !== undefined) body.put(reach)
      body.put(rest)
      if (isClassic) for (const { nlri } of list) body.latin1(nlri)
    })
    yield { message, routes: list }
  }
}

export function* packWithdrawals<T extends Prefixed>(
  family: Family,
  routes: Iterable<T>,
  messageLimit: number,
): Generator<PackedUpdate<T>, void> {
  const isClassic = family === 'IPv4'
  for (const { list, octets } of fill(routes, messageLimit - updateOverhead - (isClassic ? 0 : unreachOverhead))) {
    const unreach = isClassic ? undefined : encodeUnreach(list, octets)
    const message = encodeMessage(MessageType.Update, 4 + (unreach?.length ?? octets), (body) => {
      if (unreach === undefined) {
        body.u16(octets)
        for (const { nlri } of list) body.latin1(nlri)
        body.u16(0)
      } else body.u16(0).u16(unreach.length).put(unreach)
    })
    yield { message, routes: list }
  }
}

/** Portions of at most `room` octets. A prefix that alone is too large ends it. */
function* fill<T extends Prefixed>(
  routes: Iterable<T>,
  room: number,
): Generator<{ readonly list: readonly T[]; readonly octets: number }, void> {
  let list: T[] = []
  let octets = 0
  for (const route of routes) {
    const { length } = route.nlri
    if (length > room) return
    if (octets + length > room) {
      yield { list, octets }
      list = []
      octets = 0
    }
    list.push(route)
    octets += length
  }
  if (list.length > 0) yield { list, octets }
}
