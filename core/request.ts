// What a Service asks for by its annotations: read once, and hostile until then.
import { type Address, formatAddress, parseAddress, sameAddress } from './address.ts'
import { annotations, readAnnotation } from './annotations.ts'
import { parseHostPart } from './host-part.ts'
import { quote } from './quote.ts'
import { fail, ok, type Result } from './result.ts'
import { asFields, asText } from './shape.ts'

/** Why nobody can tell what the Service asks for. */
export interface RequestFault {
  /** The annotation, in its new spelling, or `spec.loadBalancerIP`. */
  readonly field: string
  /** A sentence that names the field, the value and the cure. */
  readonly message: string
}

export interface ServiceRequest {
  /** Pools that it names, in the order in which they are tried; empty when it names none. */
  readonly requestedPools: readonly string[]
  /** A pool that was filled in by us (`metallb.io/address-pool-source: default`), so a preference. Never beside `requestedPools`. */
  readonly preferredPool?: string
  /** In the order in which they are listed; empty when none are asked for, and when the request has a fault. */
  readonly requestedAddresses: readonly Address[]
  /** How many addresses of each of its families it asks for when it names none; at least 1. */
  readonly addressCount: number
  /** The host bits that its IPv6 address is to have. */
  readonly hostPart?: bigint
  readonly requestFault?: RequestFault
  /** Faults of its other annotations, so that all can be mended at once. */
  readonly furtherFaults?: readonly RequestFault[]
}

const mostPools = 16
/** Of each family. */
const mostAddresses = 16

/**
 * Never throws, whatever the annotations hold.
 *
 * @param all the Service's annotations
 * @param specAddress its `spec.loadBalancerIP`
 */
export function readRequest(all: unknown, specAddress: unknown): ServiceRequest {
  const pools = readPools(all)
  const addresses = readAddresses(all, specAddress)
  const count = readCount(all)
  const hostPart = readHostPart(all)
  const [fault, ...others] = [addresses, pools, count, hostPart].flatMap((part) => (part.ok ? [] : part.error))
  return {
    ...(pools.ok ? pools.value : { requestedPools: [] }),
    requestedAddresses: fault === undefined && addresses.ok ? addresses.value : [],
    ...(hostPart.ok && hostPart.value !== undefined ? { hostPart: hostPart.value } : {}),
    addressCount: count.ok ? count.value : 1,
    ...(fault === undefined ? {} : { requestFault: fault }),
    ...(others.length === 0 ? {} : { furtherFaults: others }),
  }
}

function readPools(all: unknown): Result<Pick<ServiceRequest, 'requestedPools' | 'preferredPool'>, RequestFault> {
  const text = readAnnotation(all, annotations.addressPool)
  if (text === undefined) return ok({ requestedPools: [] })
  if (!text.includes(',')) {
    const isDefault = asText(asFields(all)?.[annotations.addressPoolSource]) === 'default'
    return ok(isDefault ? { requestedPools: [], preferredPool: text } : { requestedPools: [text] })
  }
  const field = annotations.addressPool
  const names = text.split(',', mostPools + 1).map((name) => name.trim())
  const what = `${field} ${quote(text)}`
  if (names.length > mostPools) return fail({ field, message: `${what} lists more than ${mostPools} pools; list at most ${mostPools}` })
  const empty = names.indexOf('')
  if (empty >= 0) return fail({ field, message: `${what} has an empty item (number ${empty + 1}); remove a comma or write a name there` })
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined)
    return fail({ field, message: `${what} lists pool ${quote(twice)} twice; list it once, where it is to be tried` })
  return ok({ requestedPools: names })
}

function readAddresses(all: unknown, specAddress: unknown): Result<readonly Address[], RequestFault> {
  const listed = readAnnotation(all, annotations.loadBalancerIPs)
  const single = asText(specAddress) ?? ''
  if (listed !== undefined && single !== '') {
    const both = `both the annotation ${annotations.loadBalancerIPs} (${quote(listed)}) and spec.loadBalancerIP (${quote(single)})`
    return fail({ field: 'spec.loadBalancerIP', message: `${both} ask for an address; keep only the annotation` })
  }
  const text = listed ?? single
  const field = listed === undefined ? 'spec.loadBalancerIP' : annotations.loadBalancerIPs
  if (text === '') return ok([])
  const addresses: Address[] = []
  for (const part of text.split(',', 2 * mostAddresses + 1)) {
    const address = parseAddress(part.trim())
    if (!address.ok) return fail({ field, message: `${quote(part.trim())} in ${field} is not an IP address: ${address.error}` })
    const { value } = address
    if (addresses.some((other) => sameAddress(other, value)))
      return fail({ field, message: `${field} ${quote(text)} lists ${formatAddress(value)} twice; list it once` })
    addresses.push(value)
  }
  for (const family of ['IPv4', 'IPv6']) {
    const count = addresses.filter((address) => address.family === family).length
    const most = `list at most ${mostAddresses} of each family`
    if (count > mostAddresses) return fail({ field, message: `${field} lists more than ${mostAddresses} ${family} addresses; ${most}` })
  }
  return ok(addresses)
}

function readCount(all: unknown): Result<number, RequestFault> {
  const field = annotations.addressCount
  const text = readAnnotation(all, field)
  if (text === undefined) return ok(1)
  const count = /^[1-9]\d?$/.test(text) ? Number(text) : 0
  if (count < 1 || count > mostAddresses)
    return fail({
      field,
      message: `${field} is ${quote(text)}; write a whole number from 1 to ${mostAddresses}: so many addresses of each family`,
    })
  const listed = readAnnotation(all, annotations.loadBalancerIPs)
  if (listed === undefined) return ok(count)
  const both = `${field} (${quote(text)}) and ${annotations.loadBalancerIPs} (${quote(listed)})`
  return fail({ field, message: `both ${both} say how many addresses there are to be; keep one of them` })
}

function readHostPart(all: unknown): Result<bigint | undefined, RequestFault> {
  const field = annotations.hostPart
  const text = readAnnotation(all, field)
  if (text === undefined) return ok(undefined)
  const hostPart = parseHostPart(text)
  if (!hostPart.ok)
    return fail({
      field,
      message: `${field} ${quote(text)} is no host part: ${hostPart.error}; write the last bits of an IPv6 address, such as "::1:53"`,
    })
  for (const other of [annotations.loadBalancerIPs, annotations.addressCount]) {
    const value = readAnnotation(all, other)
    if (value === undefined || value === '1') continue
    return fail({
      field,
      message: `${field} (${quote(text)}) is for one IPv6 address, and ${other} (${quote(value)}) says otherwise; keep one of them`,
    })
  }
  return ok(hostPart.value)
}
