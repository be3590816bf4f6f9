// The addresses of this node, as far as sessions depend on them.
import { type Address, type Family, sameAddress } from '../../core/address.ts'
import { firstOf } from '../../core/prefix.ts'

export interface LocalAddress {
  readonly address: Address
  readonly prefixLength: number
  readonly interface: string
}

export function hasAddress(locals: readonly LocalAddress[], address: Address): boolean {
  return locals.some((local) => sameAddress(local.address, address))
}

/** Whether the peer is reached without a router. */
export function isOnLink(locals: readonly LocalAddress[], peer: Address): boolean {
  return locals.some(
    ({ address, prefixLength }) =>
      address.family === peer.family && sameAddress(firstOf(address, prefixLength), firstOf(peer, prefixLength)),
  )
}

export type NextHops = { readonly [F in Family]?: Address & { readonly family: F } }

/** The next hop of each family for a session with this local address: that address itself, and for the other family the first one of its interface. */
export function nextHopsFor(local: Address, locals: readonly LocalAddress[]): NextHops {
  const own = locals.find(({ address }) => sameAddress(address, local))
  const other = locals.find((candidate) => candidate.interface === own?.interface && candidate.address.family !== local.family)?.address
  const both = [local, ...(other === undefined ? [] : [other])]
  const ipv4 = both.find((address) => address.family === 'IPv4')
  const ipv6 = both.find((address) => address.family === 'IPv6')
  return { ...(ipv4 === undefined ? {} : { IPv4: ipv4 }), ...(ipv6 === undefined ? {} : { IPv6: ipv6 }) }
}
