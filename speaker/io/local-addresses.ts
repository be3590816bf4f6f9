import { networkInterfaces } from 'node:os'
import { type Address, parseAddress } from '../../core/address.ts'
import { parsePrefix } from '../../core/prefix.ts'
import type { LocalAddress } from '../bgp/local-address.ts'

/** The addresses of this node as the kernel has them now, in its order. Link-local IPv6 addresses are left out: they mean nothing without their interface. */
export function localAddresses(): readonly LocalAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, entries]) =>
    (entries ?? []).flatMap((entry) => {
      const address = parseAddress(entry.address)
      const prefix = parsePrefix(entry.cidr ?? '')
      if (!address.ok || !prefix.ok || isLinkLocal(address.value)) return []
      return [{ address: address.value, prefixLength: prefix.value.length, interface: name }]
    }),
  )
}

const isLinkLocal = (address: Address): boolean => address.family === 'IPv6' && address.value >> 118n === 0x3fan
