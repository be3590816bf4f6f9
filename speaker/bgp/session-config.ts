import { type Address, formatAddress } from '../../core/address.ts'
import type { PeerSettings } from './peer.ts'

/** Everything that makes one session; plain data, so that equal configurations have equal text. */
export interface SessionConfig {
  /** Of the BGPPeer that it is made from. */
  readonly name: string
  /** Of all BGPPeers that it stands for: others may name the same router. */
  readonly names: readonly string[]
  readonly peer: Address
  readonly port: number
  readonly source: Address | undefined
  /** TTL or hop limit of our packets. */
  readonly hops: number
  readonly password: string | undefined
  readonly settings: PeerSettings
}

/** `10.0.0.1:179`, `[fd00::1]:179`: what tells sessions of one node apart, and MetalLB's label of a peer. */
export function endpointOf({ peer, port }: Pick<SessionConfig, 'peer' | 'port'>): string {
  return peer.family === 'IPv4' ? `${formatAddress(peer)}:${port}` : `[${formatAddress(peer)}]:${port}`
}

/** Whether a session of one may stay as it is under the other. Which BGPPeers it stands for decides about routes only. */
export function isSameSession(a: SessionConfig, b: SessionConfig): boolean {
  return textOf(a) === textOf(b)
}

function textOf(config: SessionConfig): string {
  return JSON.stringify({ ...config, names: [] }, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}
