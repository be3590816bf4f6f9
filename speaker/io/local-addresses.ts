// The addresses of this node as the kernel has them now.
import { networkInterfaces } from 'node:os'
import { type Address, type Family, parseAddress, sameAddress } from '../../core/address.ts'
import { firstOf, parsePrefix } from '../../core/prefix.ts'

export interface LocalAddress {
  readonly address: Address
  readonly prefixLength: number
  readonly interface: string
  readonly isInternal: boolean
}

/** In the kernel's order. Link-local IPv6 addresses are left out: they mean nothing without their interface. */
export function localAddresses(): readonly LocalAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, entries]) =>
    (entries ?? []).flatMap((entry) => {
      const address = parseAddress(entry.address)
      const prefix = parsePrefix(entry.cidr ?? '')
      if (!address.ok || !prefix.ok || isLinkLocal(address.value)) return []
      return [{ address: address.value, prefixLength: prefix.value.length, interface: name, isInternal: entry.internal }]
    }),
  )
}

const isLinkLocal = (address: Address): boolean => address.family === 'IPv6' && address.value >> 118n === 0x3fan

export function hasAddress(locals: readonly LocalAddress[], address: Address): boolean {
  return locals.some((local) => sameAddress(local.address, address))
}

/** Reached without a router. */
export function isOnLink(locals: readonly LocalAddress[], peer: Address): boolean {
  return locals.some(
    ({ address, prefixLength }) =>
      address.family === peer.family && sameAddress(firstOf(address, prefixLength), firstOf(peer, prefixLength)),
  )
}

/** The next hop of each family for a session with this local address: that address itself, and for the other family the first one of its interface. */
export function nextHopsFor(
  local: Address,
  locals: readonly LocalAddress[],
): { readonly [F in Family]?: Address & { readonly family: F } } {
  const own = locals.find(({ address }) => sameAddress(address, local))
  const other = locals.find((candidate) => candidate.interface === own?.interface && candidate.address.family !== local.family)?.address
  const both = [local, ...(other === undefined ? [] : [other])]
  const ipv4 = both.find((address) => address.family === 'IPv4')
  const ipv6 = both.find((address) => address.family === 'IPv6')
  return { ...(ipv4 === undefined ? {} : { IPv4: ipv4 }), ...(ipv6 === undefined ? {} : { IPv6: ipv6 }) }
}
