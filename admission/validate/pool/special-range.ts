import { lastOf, parsePrefix } from '../../../core/prefix.ts'
import { problem } from '../../../core/problem.ts'
import { type AddressRange, rangesOverlap } from '../../../core/range.ts'
import type { PoolRule } from './rule.ts'

interface Special {
  readonly text: string
  readonly what: string
  readonly range: AddressRange
}

const special = (text: string, what: string): Special => {
  const prefix = parsePrefix(text)
  if (!prefix.ok) throw new Error(`${text}: ${prefix.error}`)
  return { text, what, range: { first: prefix.value.address, last: lastOf(prefix.value) } }
}

/** No host ever sends to such an address as to another host (RFC 6890). */
const impossible: readonly Special[] = [
  special('0.0.0.0/8', 'addresses that mean "this network"'),
  special('127.0.0.0/8', 'loopback addresses'),
  special('224.0.0.0/4', 'multicast addresses'),
  special('255.255.255.255/32', 'the broadcast address'),
  special('::/128', 'the unspecified address'),
  special('::1/128', 'the loopback address'),
  special('ff00::/8', 'multicast addresses'),
]

/** They work on some networks. */
const doubtful: readonly Special[] = [
  special('169.254.0.0/16', 'link-local addresses, which no router forwards'),
  special('240.0.0.0/4', 'reserved addresses, which many systems do not send to'),
  special('fe80::/10', 'link-local addresses, which need an interface to be reached'),
]

export const impossibleRange: PoolRule = ({ pool }) => found(pool, impossible, 'nobody can reach them: choose other addresses')

export const doubtfulRange: PoolRule = ({ pool }) => found(pool, doubtful, 'choose others unless your network is made for them')

function found({ ranges }: Parameters<PoolRule>[0]['pool'], kinds: readonly Special[], advice: string): ReturnType<PoolRule> {
  return ranges.flatMap((range) =>
    kinds.flatMap(({ text, what, range: special }) => {
      if (!rangesOverlap(range, special)) return []
      return [problem('SpecialRange', `spec.addresses[${range.index}]`, `"${range.text}" holds ${what} (${text}); ${advice}`, range.text)]
    }),
  )
}
