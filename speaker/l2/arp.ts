// ARP for IPv4 over Ethernet: 42 octets, Ethernet header included (RFC 826, RFC 894).
import type { Result } from '../../core/result.ts'
import { fail, ok } from '../../core/result.ts'
import { Reader, Writer } from '../bytes.ts'

declare const unit: unique symbol

/** An Ethernet address as one 48-bit number: compared with ===, kept without a buffer. */
export type Mac = number & { readonly [unit]: 'Mac' }

export const mac = (value: number): Mac => value as Mac

export const broadcast = mac(0xffff_ffff_ffff)

/** `02:00:00:00:00:01` */
export function formatMac(address: Mac): string {
  return address
    .toString(16)
    .padStart(12, '0')
    .replace(/..(?=.)/g, '$&:')
}

/** The group bit is the lowest of the first octet (IEEE 802.3 §3.2.3): nobody sends from such an address. */
export function isGroup(address: Mac): boolean {
  return Math.floor(address / 0x100_0000_0000) % 2 === 1
}

/** RFC 826, "Definitions": ares_op$REQUEST and ares_op$REPLY. */
export const ArpOperation = { Request: 1, Reply: 2 } as const

export interface ArpFrame {
  readonly destination: Mac
  readonly source: Mac
  /** As on the wire; only 1 and 2 mean something to us. */
  readonly operation: number
  readonly senderMac: Mac
  /** IPv4 addresses are numbers, the first octet the most significant. */
  readonly senderAddress: number
  readonly targetMac: Mac
  readonly targetAddress: number
}

/** Octets of an ARP frame without Ethernet's padding. */
export const arpFrameLength = 42

const etherTypeArp = 0x0806
const hardwareEthernet = 1
const protocolIPv4 = 0x0800
const macOctets = 6
const addressOctets = 4

export type ArpDecodeError = 'truncated' | 'notArp' | 'notEthernetIPv4'

/**
 * Reads one frame as it came from the wire; what follows the 42 octets is padding.
 *
 * @see RFC 826 "Packet format" and the first two checks of "Packet Reception" (hardware type and protocol)
 */
export function decodeArp(bytes: Uint8Array): Result<ArpFrame, ArpDecodeError> {
  // Asked before the cursor would find out, so that a flood of short frames does not cost a stack trace each.
  if (bytes.length < arpFrameLength) return fail('truncated')
  const reader = new Reader(bytes)
  const destination = mac(reader.u48())
  const source = mac(reader.u48())
  if (reader.u16() !== etherTypeArp) return fail('notArp')
  const isEthernet = reader.u16() === hardwareEthernet
  const isIPv4 = reader.u16() === protocolIPv4
  const areSizes = reader.u8() === macOctets && reader.u8() === addressOctets
  if (!isEthernet || !isIPv4 || !areSizes) return fail('notEthernetIPv4')
  return ok({
    destination,
    source,
    operation: reader.u16(),
    senderMac: mac(reader.u48()),
    senderAddress: reader.u32(),
    targetMac: mac(reader.u48()),
    targetAddress: reader.u32(),
  })
}

/**
 * Writes one frame.
 *
 * @param into at least 42 octets
 */
export function encodeArp(frame: ArpFrame, into: Uint8Array): void {
  new Writer(into)
    .u48(frame.destination)
    .u48(frame.source)
    .u16(etherTypeArp)
    .u16(hardwareEthernet)
    .u16(protocolIPv4)
    .u8(macOctets)
    .u8(addressOctets)
    .u16(frame.operation)
    .u48(frame.senderMac)
    .u32(frame.senderAddress)
    .u48(frame.targetMac)
    .u32(frame.targetAddress)
}
