// A host on the LAN that asks by ARP who has an address, far more often than any command could. Runs in the client's network namespace:
// `arp-prober.ts INTERFACE OWN_ADDRESS`. Reads `ask ADDRESS` and `silence ADDRESS`, a line each; answers in lines of JSON.
import { createInterface } from 'node:readline'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { parseAddress } from '../../core/address.ts'
import { listInterfaces } from '../../speaker/io/interfaces.ts'
import { PollSet, receive, send } from '../../speaker/io/libc.ts'
import { openPacketSocket } from '../../speaker/io/packet-socket.ts'
import { ArpOperation, arpFrameLength, broadcast, decodeArp, encodeArp, mac } from '../../speaker/l2/arp.ts'
import { monotonicMs } from '../clock.ts'

export type ProberReport =
  | { readonly type: 'ready' }
  /** The first answer to the address that was asked for last. */
  | { readonly type: 'answer'; readonly address: string; readonly atMs: number }
  /** Nobody answered for it for a while. */
  | { readonly type: 'silence'; readonly address: string }

/** Between two questions: how far a moment of an answer can be off, beside the round trip. */
const everyMs = 0.5
const silentEveryMs = 5
const silentFor = 10

const [, , interfaceName, ownText = ''] = process.argv
const listed = listInterfaces()
const own = listed.ok ? listed.value.find(({ name }) => name === interfaceName) : undefined
if (own?.mac === undefined) throw new Error(`no Ethernet interface ${interfaceName ?? ''}`)
const ownMac = own.mac
const ownAddress = ipv4(ownText)
const opened = openPacketSocket(own.index)
if (!opened.ok) throw new Error(`${opened.error.call}: ${opened.error.code}`)
const socket = opened.value
const poll = new PollSet([socket])
const question = Buffer.alloc(arpFrameLength)
const frame = Buffer.alloc(2048)

function ipv4(text: string): number {
  const address = parseAddress(text)
  if (!address.ok || address.value.family !== 'IPv4') throw new Error(`${text} is not an IPv4 address`)
  return address.value.value
}

function say(report: ProberReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`)
}

/** Asks once and listens until an answer comes or it is time for the next question. */
function isAnswered(address: number, withinMs: number): boolean {
  encodeArp(
    {
      destination: broadcast,
      source: ownMac,
      operation: ArpOperation.Request,
      senderMac: ownMac,
      senderAddress: ownAddress,
      targetMac: mac(0),
      targetAddress: address,
    },
    question,
  )
  const until = monotonicMs() + withinMs
  send(socket, question)
  for (let left = withinMs; left > 0; left = until - monotonicMs()) {
    poll.wait(left)
    for (let length = receive(socket, frame, 0, null); length >= 0; length = receive(socket, frame, 0, null)) {
      const arp = decodeArp(frame.subarray(0, length))
      // What a node tells everybody unasked is no answer: not every host believes it.
      if (arp.ok && arp.value.operation === ArpOperation.Reply && arp.value.senderAddress === address && arp.value.targetMac === ownMac)
        return true
    }
  }
  return false
}

/** What it is to do; a newer command takes the place of an older one. */
let current = 0

async function ask(text: string): Promise<void> {
  const address = ipv4(text)
  const command = ++current
  while (command === current) {
    for (let count = 0; count < 10; count += 1) {
      if (!isAnswered(address, everyMs)) continue
      say({ type: 'answer', address: text, atMs: monotonicMs() })
      return
    }
    await nextTurn()
  }
}

async function awaitSilence(text: string): Promise<void> {
  const address = ipv4(text)
  const command = ++current
  for (let silent = 0; command === current && silent < silentFor; await nextTurn()) {
    silent = isAnswered(address, silentEveryMs) ? 0 : silent + 1
  }
  if (command === current) say({ type: 'silence', address: text })
}

const commands: Readonly<Record<string, (address: string) => Promise<void>>> = { ask, silence: awaitSilence }

say({ type: 'ready' })
for await (const line of createInterface({ input: process.stdin })) {
  const [word = '', address = ''] = line.split(' ')
  const command = commands[word]
  if (command === undefined) throw new Error(`no command "${word}"`)
  void command(address)
}
process.exit(0)
