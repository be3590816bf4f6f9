// Our BGP speaker without Kubernetes: configured by its argument, told by lines of JSON what to announce, tells by lines of JSON what happens.
import { createInterface } from 'node:readline'
import { type Address, type Family, parseAddress } from '../../core/address.ts'
import { parseCommunity } from '../../core/config/community.ts'
import { millis } from '../../core/time.ts'
import { systemClock } from '../../kube/clock.ts'
import { createLogger, type LogLevel } from '../../kube/logger.ts'
import { type Nlri, nlriOf } from '../../speaker/bgp/nlri.ts'
import { routeAttributes } from '../../speaker/bgp/route-attributes.ts'
import type { SessionConfig } from '../../speaker/bgp/session-config.ts'
import { BgpSpeaker } from '../../speaker/io/bgp-speaker.ts'

export interface PeerOptions {
  readonly name: string
  readonly address: string
  readonly port?: number
  readonly source?: string
  readonly localAs: number
  readonly peerAs: number
  readonly routerId: string
  readonly holdTime?: number
  readonly password?: string
  readonly families?: readonly Family[]
  readonly retryMs?: number
}

export interface SpeakerOptions {
  /** Port to listen on; absent: nobody can connect to it. */
  readonly listen?: number
  readonly logLevel?: LogLevel
  readonly peers: readonly PeerOptions[]
}

export type Command =
  /** `count` single addresses from `first` on; absent communities withdraw nothing and add nothing. */
  | { readonly type: 'announce'; readonly first: string; readonly count: number; readonly communities?: readonly string[] }
  | { readonly type: 'withdraw'; readonly first: string; readonly count: number }
  | { readonly type: 'status' }
  /** Takes every session away and, after `delayMs`, brings them back. */
  | { readonly type: 'restart'; readonly delayMs: number }
  | { readonly type: 'stop' }

export interface SessionReport {
  readonly peer: string
  readonly state: string
  readonly connections: number
  readonly sent: number
  readonly updates: number
}

export type Report =
  | { readonly type: 'session'; readonly peer: string; readonly isUp: boolean; readonly cause?: string }
  | {
      readonly type: 'status'
      readonly sessions: readonly SessionReport[]
    }

const report = (line: Report): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function readAddress(text: string): Address {
  const address = parseAddress(text)
  if (!address.ok) throw new Error(`${text}: ${address.error}`)
  return address.value
}

function configOf(peer: PeerOptions): SessionConfig {
  const routerId = readAddress(peer.routerId)
  return {
    name: peer.name,
    names: [peer.name],
    peer: readAddress(peer.address),
    port: peer.port ?? 179,
    source: peer.source === undefined ? undefined : readAddress(peer.source),
    hops: peer.localAs === peer.peerAs ? 255 : 1,
    password: peer.password,
    settings: {
      localAs: peer.localAs,
      peerAs: peer.peerAs,
      routerId: Number(routerId.value),
      holdTime: peer.holdTime ?? 90,
      keepaliveTime: undefined,
      families: peer.families ?? ['IPv4', 'IPv6'],
      retryTime: peer.retryMs === undefined ? undefined : millis(peer.retryMs),
    },
  }
}

const options = JSON.parse(process.argv[2] ?? '') as SpeakerOptions
const speaker = new BgpSpeaker({
  clock: systemClock,
  // Standard output belongs to the reports.
  log: createLogger({
    component: 'speaker',
    level: options.logLevel ?? 'info',
    destination: { write: (line) => void process.stderr.write(line) },
  }),
  onChange: (session, { isUp, cause }) =>
    report({ type: 'session', peer: session.config.name, isUp, ...(cause === undefined ? {} : { cause }) }),
})
if (options.listen !== undefined) speaker.listen(options.listen)
const configs = options.peers.map(configOf)
speaker.configure(configs)

function* addresses(first: string, count: number): Generator<readonly [Family, Nlri]> {
  const start = readAddress(first)
  for (let index = 0; index < count; index += 1) {
    const address: Address =
      start.family === 'IPv4' ? { family: 'IPv4', value: start.value + index } : { family: 'IPv6', value: start.value + BigInt(index) }
    yield [address.family, nlriOf(address, address.family === 'IPv4' ? 32 : 128)]
  }
}

function announce(first: string, count: number, communities: readonly string[] | undefined): void {
  const parsed = communities?.map((text) => parseCommunity(text)).flatMap((community) => (community.ok ? [community.value] : []))
  const plain = parsed?.flatMap((community) => (community.type === 'plain' ? [community.value] : []))
  const large = parsed?.flatMap((community) => (community.type === 'large' ? [community.value] : []))
  const attributes = parsed === undefined ? undefined : routeAttributes(undefined, plain ?? [], large ?? [])
  for (const session of speaker.sessions) {
    for (const [family, prefix] of addresses(first, count)) session.routes[family].set(prefix, attributes)
    session.flush()
  }
}

async function obey(command: Command): Promise<void> {
  switch (command.type) {
    case 'announce':
      announce(command.first, command.count, command.communities ?? [])
      break
    case 'withdraw':
      announce(command.first, command.count, undefined)
      break
    case 'status':
      report({
        type: 'status',
        sessions: speaker.sessions.map(({ config, state, connections, routes, updatesSent }) => ({
          peer: config.name,
          state,
          connections,
          sent: routes.IPv4.sentCount + routes.IPv6.sentCount,
          updates: updatesSent,
        })),
      })
      break
    case 'restart':
      speaker.configure([])
      setTimeout(() => speaker.configure(configs), command.delayMs)
      break
    case 'stop':
      await speaker.stop('the test is over')
      process.exit(0)
  }
}

for await (const line of createInterface({ input: process.stdin })) await obey(JSON.parse(line) as Command)
process.exit(0)
