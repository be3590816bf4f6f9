// Address families as the wire numbers them (RFC 4760 §3), unicast only.
import type { Family } from '../../core/address.ts'

export const afi = { IPv4: 1, IPv6: 2 } as const satisfies Readonly<Record<Family, number>>

export const safiUnicast = 1

/** Undefined for what is neither IPv4 nor IPv6 unicast. */
export function familyOf(afiNumber: number, safi: number): Family | undefined {
  if (safi !== safiUnicast) return undefined
  return afiNumber === afi.IPv4 ? 'IPv4' : afiNumber === afi.IPv6 ? 'IPv6' : undefined
}
