import type { BGPPeerV1beta2 } from '../../schemas/generated/types.ts'
import { type Address, type Family, parseAddress } from '../address.ts'
import { type Problem, type ProblemCode, problem } from '../problem.ts'
import { quote } from '../quote.ts'
import type { Selector } from '../selector.ts'
import { asFields, asText, type Fields } from '../shape.ts'
import { compilePeerTimers, type PeerTimers } from './bgp-timers.ts'
import { compileSelectors } from './selectors.ts'

export interface BgpPeer extends PeerTimers {
  readonly name: string
  /** The AS number that the router sees: `localASN` where it is set, else `myASN`. */
  readonly localAs: number
  /** The number the router must have; or whatever it says, as long as it is ours, or is not. */
  readonly peerAs: number | 'internal' | 'external'
  /** Undefined for a router that is found on `interface`. */
  readonly address: Address | undefined
  readonly interface: string | undefined
  readonly port: number
  readonly source: Address | undefined
  /** As a number, the first octet the most significant. */
  readonly routerId: number | undefined
  /** Alternatives; none means every node. */
  readonly nodeSelectors: readonly Selector[]
  readonly password: string | undefined
  /** A Secret of MetalLB's own namespace. */
  readonly passwordSecret: { readonly name: string; readonly key: string } | undefined
  readonly bfdProfile: string | undefined
  readonly isMultiHop: boolean
  /** Both families on this session, whatever its own addresses are. */
  readonly isDualStack: boolean
  readonly vrf: string | undefined
}

const defaultPort = 179
const defaultSecretKey = 'password'
const largestAs = 0xffff_ffff

/** Never throws, whatever the object holds; both versions, the older one being a subset. A peer with a problem is absent. */
export function compileBgpPeer(object: BGPPeerV1beta2): { readonly peer?: BgpPeer; readonly problems: readonly Problem[] } {
  const root: Fields = asFields(object) ?? {}
  const name = asText(asFields(root['metadata'])?.['name']) ?? ''
  const reader = new PeerReader(asFields(root['spec']) ?? {}, `BGPPeer "${name}"`)
  const { timers, problems: timerProblems } = compilePeerTimers(reader.spec, reader.owner)
  const selectors = compileSelectors(reader.spec['nodeSelectors'], 'spec.nodeSelectors', reader.owner)
  const written = readWritten(reader)
  checkTogether(written, reader)
  const problems = [...reader.problems, ...timerProblems, ...selectors.problems]
  const { myAs, localAs = myAs, peerAs, routerId, ...rest } = written
  if (problems.some(({ code }) => code !== 'DuplicateEntry') || localAs === undefined || peerAs === undefined) return { problems }
  const routerNumber = routerId?.family === 'IPv4' ? routerId.value : undefined
  const peer: BgpPeer = { name, ...rest, localAs, peerAs, routerId: routerNumber, ...timers, nodeSelectors: selectors.selectors }
  return { peer, problems }
}

type Written = Omit<BgpPeer, 'name' | 'localAs' | 'peerAs' | 'routerId' | 'nodeSelectors' | keyof PeerTimers> & {
  readonly myAs: number | undefined
  readonly localAs: number | undefined
  readonly peerAs: BgpPeer['peerAs'] | undefined
  readonly routerId: Address | undefined
}

function readWritten(reader: PeerReader): Written {
  const port = reader.spec['peerPort']
  return {
    myAs: reader.asNumber('myASN'),
    localAs: reader.asNumber('localASN'),
    peerAs: reader.peerAs(),
    address: reader.address('peerAddress'),
    interface: reader.text('interface'),
    port: typeof port === 'number' && port > 0 ? port : defaultPort,
    source: reader.address('sourceAddress'),
    routerId: reader.address('routerID'),
    password: reader.text('password'),
    passwordSecret: reader.secret(),
    bfdProfile: reader.text('bfdProfile'),
    isMultiHop: reader.spec['ebgpMultiHop'] === true,
    isDualStack: reader.spec['dualStackAddressFamily'] === true,
    vrf: reader.text('vrf'),
  }
}

/** What no field shows alone. */
function checkTogether(written: Written, reader: PeerReader): void {
  const { myAs, peerAs, address, source, routerId } = written
  if (myAs === undefined && !reader.isWrong('myASN')) {
    reader.report('MissingField', 'myASN', 'has no AS number of its own side; set myASN')
  }
  if (peerAs !== undefined && peerAs === myAs && written.isMultiHop) {
    reader.report('Contradiction', 'ebgpMultiHop', 'is in our own AS, where ebgpMultiHop means nothing; remove it')
  }
  if ((address === undefined) === (written.interface === undefined) && !reader.isWrong('peerAddress')) {
    if (address === undefined)
      reader.report('MissingField', 'peerAddress', 'has neither peerAddress nor interface; set the address of the router')
    else reader.report('Contradiction', 'peerAddress', 'has both peerAddress and interface; keep peerAddress')
  }
  if (routerId?.family === 'IPv6' || routerId?.value === 0) {
    reader.report('WrongFamily', 'routerID', 'has a routerID that is not a usable IPv4 address; write one such as 10.0.0.1')
  }
  if (source !== undefined && address !== undefined && source.family !== address.family) {
    const words = `is reached over ${address.family} from an ${source.family} address; write one of the same family`
    reader.report('WrongFamily', 'sourceAddress', words)
  }
  if (written.password !== undefined && written.passwordSecret !== undefined) {
    reader.report('Contradiction', 'password', 'has both password and passwordSecret; keep passwordSecret')
  }
}

/** The router is of another AS. */
export function isExternal({ peerAs, localAs }: BgpPeer): boolean {
  return peerAs !== 'internal' && peerAs !== localAs
}

/** Which families a session carries. */
export function familiesOf(peer: BgpPeer, address: Address): readonly Family[] {
  return peer.isDualStack ? ['IPv4', 'IPv6'] : [address.family]
}

/** Reads fields one by one and keeps what is wrong with them. */
class PeerReader {
  readonly spec: Fields
  readonly owner: string
  readonly problems: Problem[] = []

  constructor(spec: Fields, owner: string) {
    this.spec = spec
    this.owner = owner
  }

  report(code: ProblemCode, field: string, words: string, value?: string): void {
    this.problems.push(problem(code, `spec.${field}`, `${this.owner} ${words}`, value))
  }

  isWrong(field: string): boolean {
    return this.problems.some((found) => found.field === `spec.${field}`)
  }

  /** Empty counts as absent. */
  text(field: string): string | undefined {
    const value = asText(this.spec[field])
    return value === '' ? undefined : value
  }

  /** 0 counts as absent: the schema of the older version fills it in. */
  asNumber(field: string): number | undefined {
    const value = this.spec[field]
    if (value === undefined || value === null || value === 0) return undefined
    if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= largestAs) return value
    this.report('OutOfBounds', field, `has ${field} ${quote(value)}, which is not a whole number from 1 to ${largestAs}`)
    return undefined
  }

  peerAs(): BgpPeer['peerAs'] | undefined {
    const fixed = this.asNumber('peerASN')
    const dynamic = this.text('dynamicASN')
    if (fixed !== undefined && dynamic !== undefined) {
      this.report('Contradiction', 'peerASN', 'has both peerASN and dynamicASN; keep one of them')
    }
    if (fixed !== undefined) return fixed
    if (dynamic === 'internal' || dynamic === 'external') return dynamic
    if (dynamic !== undefined)
      this.report('NotSupported', 'dynamicASN', `has dynamicASN ${quote(dynamic)}; write internal or external`, dynamic)
    else if (!this.isWrong('peerASN')) this.report('MissingField', 'peerASN', 'has no AS number of the router; set peerASN, or dynamicASN')
    return undefined
  }

  address(field: string): Address | undefined {
    const text = this.text(field)
    if (text === undefined) return undefined
    const address = parseAddress(text)
    if (address.ok) return address.value
    // MetalLB's phrase, which people search for.
    const phrase = field === 'peerAddress' ? 'an invalid BGPPeer address' : `an invalid ${field}`
    this.report(
      'AddressSyntax',
      field,
      `has ${phrase} ${quote(text)}, which is not an IP address: ${address.error}; write one such as 10.0.0.1`,
      text,
    )
    return undefined
  }

  secret(): BgpPeer['passwordSecret'] {
    const fields = asFields(this.spec['passwordSecret'])
    const name = asText(fields?.['name']) ?? ''
    if (name === '') return undefined
    const key = asText(fields?.['key']) ?? ''
    return { name, key: key === '' ? defaultSecretKey : key }
  }
}
