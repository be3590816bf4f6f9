import { type Address, formatAddress } from '../../../core/address.ts'
import { isExternal } from '../../../core/config/bgp-peer.ts'
import { firstOf } from '../../../core/prefix.ts'
import { problem } from '../../../core/problem.ts'
import { listed } from '../listed.ts'
import type { PeerRule } from './rule.ts'

/** No link is wider than these; which networks a Node is on, Kubernetes does not know. */
const widest = { IPv4: 8, IPv6: 32 } as const

/** A router of another AS must be on the same link, unless it is said that it is not. Certain is only what is far away. */
export const needsMultiHop: PeerRule = ({ peer, nodes }) => {
  const { address } = peer
  if (address === undefined || peer.isMultiHop || !isExternal(peer) || isLinkLocal(address)) return []
  const known = nodes.flatMap(({ addresses }) => addresses.filter(({ family }) => family === address.family))
  if (known.length === 0 || known.some((each) => isNear(each, address))) return []
  const message = `${formatAddress(address)} is far from what Kubernetes lists of the Nodes (${listed(known.map(formatAddress), 3)}); unless another interface is on its subnet, it needs ebgpMultiHop: true`
  return [problem('NeedsMultiHop', 'spec.ebgpMultiHop', message)]
}

function isNear(a: Address, b: Address): boolean {
  return firstOf(a, widest[a.family]).value === firstOf(b, widest[b.family]).value
}

function isLinkLocal(address: Address): boolean {
  return address.family === 'IPv6' ? address.value >> 118n === 0xfe80n >> 6n : address.value >>> 16 === 0xa9fe
}
