import { formatAddress } from '../../../core/address.ts'
import type { BgpPeer } from '../../../core/config/bgp-peer.ts'
import { selectsNode } from '../../../core/config/selection.ts'
import { problem } from '../../../core/problem.ts'
import { listed } from '../listed.ts'
import type { PeerRule } from './rule.ts'

/** A router keeps one session with a Node. MetalLB on FRR refuses the second peer; here the first by name serves both. */
export const sameRouter: PeerRule = ({ peer, others, nodes }) => {
  const { address, port } = peer
  if (address === undefined) return []
  const endpoint = address.family === 'IPv4' ? `${formatAddress(address)}:${port}` : `[${formatAddress(address)}]:${port}`
  return others.flatMap((other) => {
    const shared = dialsSame(peer, other) ? nodes.filter(({ labels }) => selectsNode(other, labels)) : []
    if (shared.length === 0) return []
    const [first] = [peer.name, other.name].toSorted((a, b) => (a < b ? -1 : 1))
    const names = listed(shared.map(({ name }) => name).toSorted(), 3)
    const message = `a BGPPeer for ${endpoint} already exists: "${other.name}" dials it from ${names} too; one session serves both, with the settings of "${first}" (first by name)`
    return [problem('SameRouter', 'spec.peerAddress', message, formatAddress(address))]
  })
}

/** What waits for its VRF or its interface dials nobody. */
function dialsSame(a: BgpPeer, b: BgpPeer): boolean {
  if (a.address === undefined || b.address === undefined || a.vrf !== undefined || b.vrf !== undefined) return false
  return a.port === b.port && formatAddress(a.address) === formatAddress(b.address)
}
