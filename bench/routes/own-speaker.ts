// Our BGP speaker as a program for transfers: `own-speaker.ts ROUTES`. Has its routes ready when it says so, then obeys `open` and `withdraw`, a line each.
import { createInterface } from 'node:readline'
import { type Address, parseAddress } from '../../core/address.ts'
import { systemClock } from '../../kube/clock.ts'
import { createLogger } from '../../kube/logger.ts'
import { nlriOf } from '../../speaker/bgp/nlri.ts'
import { routeAttributes } from '../../speaker/bgp/route-attributes.ts'
import { BgpSession } from '../../speaker/io/bgp-session.ts'
import { type End, receiverEnd, senderEnd } from './link.ts'
import { addressNumber } from './prefixes.ts'

const routes = Number(process.argv[2])
const attributes = routeAttributes(undefined, [], [])

function readAddress({ address }: End): Address {
  const parsed = parseAddress(address)
  if (!parsed.ok) throw new Error(`${address}: ${parsed.error}`)
  return parsed.value
}

const own = readAddress(senderEnd)
const session = new BgpSession(
  {
    name: 'receiver',
    names: ['receiver'],
    peer: readAddress(receiverEnd),
    port: 179,
    source: own,
    hops: 1,
    password: undefined,
    settings: {
      localAs: senderEnd.asn,
      peerAs: receiverEnd.asn,
      routerId: Number(own.value),
      holdTime: 90,
      keepaliveTime: undefined,
      families: ['IPv4'],
      retryTime: undefined,
    },
  },
  // Standard output belongs to the answers.
  {
    clock: systemClock,
    log: createLogger({ component: 'speaker', level: 'info', destination: { write: (line) => void process.stderr.write(line) } }),
    onChange: () => undefined,
  },
)

const prefixes = Array.from({ length: routes }, (_, index) => nlriOf({ family: 'IPv4', value: addressNumber(index) }, 32))

function set(wanted: typeof attributes | undefined): void {
  for (const prefix of prefixes) session.routes.IPv4.set(prefix, wanted)
  session.flush()
}

const commands: Readonly<Record<string, () => void>> = {
  open: () => session.start(),
  withdraw: () => set(undefined),
}

set(attributes)
process.stdout.write('ready\n')
for await (const line of createInterface({ input: process.stdin })) {
  const command = commands[line]
  if (command === undefined) throw new Error(`no command "${line}"`)
  command()
}
process.exit(0)
