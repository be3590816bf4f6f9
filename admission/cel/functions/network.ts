// Kubernetes' ip() and cidr(): strict addresses. IPv4 dressed as IPv6, leading zeros and zones are no addresses.
import { type Address, formatAddress, parseAddress, sameAddress } from '../../../core/address.ts'
import { firstOf, lastOf, parsePrefix } from '../../../core/prefix.ts'
import { rangeContains } from '../../../core/range.ts'
import { CelFailure } from '../failure.ts'
import { overload } from '../signature.ts'
import { Cidr, Ip } from '../values.ts'

function parseIp(text: string): Ip {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new CelFailure(`ip(): "${text.slice(0, 64)}" is no IP address: ${parsed.error}`)
  return new Ip(parsed.value)
}

function cidrOf(text: string): Cidr | undefined {
  const prefix = parsePrefix(text)
  const address = parseAddress(text.slice(0, text.lastIndexOf('/')))
  return prefix.ok && address.ok ? new Cidr(address.value, prefix.value) : undefined
}

function parseCidr(text: string): Cidr {
  const cidr = cidrOf(text)
  if (cidr !== undefined) return cidr
  const prefix = parsePrefix(text)
  throw new CelFailure(`cidr(): "${text.slice(0, 64)}" is no CIDR: ${prefix.ok ? '' : prefix.error}`)
}

function isCanonical(text: string): boolean {
  return formatAddress(parseIp(text).address) === text
}

function textOf({ address, prefix }: Cidr): string {
  return `${formatAddress(address)}/${prefix.length}`
}

function containsIp({ prefix }: Cidr, { address }: Ip): boolean {
  return rangeContains({ first: prefix.address, last: lastOf(prefix) }, address)
}

function containsCidr({ prefix }: Cidr, other: Cidr): boolean {
  const { address, length } = other.prefix
  return length >= prefix.length && address.family === prefix.address.family && sameAddress(firstOf(address, prefix.length), prefix.address)
}

/** Whether the address is in one of these. */
function within(...texts: readonly string[]): (address: Ip) => boolean {
  const cidrs = texts.map(parseCidr)
  return (address) => cidrs.some((cidr) => containsIp(cidr, address))
}

const isGlobalUnicast = (
  (special) => (address: Ip) =>
    !special(address)
)(within('0.0.0.0/32', '255.255.255.255/32', '127.0.0.0/8', '224.0.0.0/4', '169.254.0.0/16', '::/128', '::1/128', 'ff00::/8', 'fe80::/10'))

const kinds: Readonly<Record<string, (address: Ip) => boolean>> = {
  isUnspecified: within('0.0.0.0/32', '::/128'),
  isLoopback: within('127.0.0.0/8', '::1/128'),
  isLinkLocalMulticast: within('224.0.0.0/24', 'ff02::/16', 'ff12::/16', 'ff22::/16', 'ff32::/16'),
  isLinkLocalUnicast: within('169.254.0.0/16', 'fe80::/10'),
  isGlobalUnicast,
}

/** Reading an address costs as much as this many steps. */
const parsing = { cost: () => 40 }
const printed = { size: () => 44 }

const numberOf = ({ family }: Address): bigint => (family === 'IPv4' ? 4n : 6n)

export const networkFunctions = [
  overload('ip(string): net.IP', ([text]: [string]) => parseIp(text), parsing),
  overload('isIP(string): bool', ([text]: [string]) => parseAddress(text).ok, parsing),
  overload('ip.isCanonical(string): bool', ([text]: [string]) => isCanonical(text), parsing),
  overload('string(net.IP): string', ([{ address }]: [Ip]) => formatAddress(address), printed),
  overload('net.IP.family(): int', ([{ address }]: [Ip]) => numberOf(address)),
  ...Object.entries(kinds).map(([name, is]) => overload(`net.IP.${name}(): bool`, ([address]: [Ip]) => is(address))),
  overload('cidr(string): net.CIDR', ([text]: [string]) => parseCidr(text), parsing),
  overload('isCIDR(string): bool', ([text]: [string]) => cidrOf(text) !== undefined, parsing),
  overload('string(net.CIDR): string', ([cidr]: [Cidr]) => textOf(cidr), printed),
  overload('net.CIDR.ip(): net.IP', ([{ address }]: [Cidr]) => new Ip(address)),
  overload('net.CIDR.masked(): net.CIDR', ([{ prefix }]: [Cidr]) => new Cidr(prefix.address, prefix)),
  overload('net.CIDR.prefixLength(): int', ([{ prefix }]: [Cidr]) => BigInt(prefix.length)),
  overload('net.CIDR.containsIP(net.IP): bool', ([cidr, address]: [Cidr, Ip]) => containsIp(cidr, address)),
  overload('net.CIDR.containsIP(string): bool', ([cidr, text]: [Cidr, string]) => containsIp(cidr, parseIp(text)), parsing),
  overload('net.CIDR.containsCIDR(net.CIDR): bool', ([cidr, other]: [Cidr, Cidr]) => containsCidr(cidr, other)),
  overload('net.CIDR.containsCIDR(string): bool', ([cidr, text]: [Cidr, string]) => containsCidr(cidr, parseCidr(text)), parsing),
]
