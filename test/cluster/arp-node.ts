// A node without a cluster: speaks ARP for the addresses that its standard input names, in the network namespace it was started in.
// Commands and answers are lines of JSON.
import { createInterface } from 'node:readline'
import type { Worker } from 'node:worker_threads'
import { parseAddress } from '../../core/address.ts'
import { createLogger } from '../../kube/logger.ts'
import { ArpSpeaker } from '../../speaker/io/arp-speaker.ts'
import { spawnPacketWorker } from '../../speaker/io/packet-control.ts'
import { ignoredReasons } from '../../speaker/l2/responder.ts'

export type Command =
  | { readonly type: 'announce'; readonly address: string; readonly interfaces?: readonly string[] }
  | { readonly type: 'withdraw'; readonly address: string }
  | { readonly type: 'count'; readonly address: string }
  /** The worker gets a message that it cannot read, and dies of it. */
  | { readonly type: 'killWorker' }
  /** Blocks the main thread, so that the worker misses its heartbeat. */
  | { readonly type: 'block'; readonly ms: number }
  | { readonly type: 'stop' }
  /** Ends as a program does that failed: without a word to the worker. */
  | { readonly type: 'exit' }

export interface Counts {
  readonly type: 'counts'
  readonly requestsReceived: number
  readonly responsesSent: number
  readonly gratuitousSent: number
  readonly restarts: number
  readonly ignored: Readonly<Record<string, number>>
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function ipv4(text: string): number {
  const address = parseAddress(text)
  if (!address.ok || address.value.family !== 'IPv4') throw new Error(`${text} is not an IPv4 address`)
  return address.value.value
}

let worker: Worker | undefined
const opened = ArpSpeaker.open({
  log: createLogger({ component: 'speaker', level: 'debug' }),
  fenceMs: Number(process.env['FENCE_MS'] ?? 30_000),
  spawn: (start) => {
    worker = spawnPacketWorker(start)
    return worker
  },
})
if (!opened.ok) throw new Error(`${opened.error.call}: ${opened.error.code}`)
const speaker = opened.value
speaker.start()
say({ type: 'ready' })

async function obey(command: Command): Promise<void> {
  switch (command.type) {
    case 'announce': {
      const interfaces = command.interfaces === undefined ? 'all' : new Set(command.interfaces)
      speaker.announce([{ address: ipv4(command.address), interfaces }], [])
      break
    }
    case 'withdraw':
      speaker.announce([], [ipv4(command.address)])
      break
    case 'count': {
      const counted = (counter: 'requestsReceived' | 'responsesSent' | 'gratuitousSent'): number =>
        speaker.counted(ipv4(command.address), counter)
      const counts: Counts = {
        type: 'counts',
        requestsReceived: counted('requestsReceived'),
        responsesSent: counted('responsesSent'),
        gratuitousSent: counted('gratuitousSent'),
        restarts: speaker.restarts,
        ignored: Object.fromEntries(ignoredReasons.map((reason) => [reason, speaker.totals.ignored(reason)])),
      }
      say(counts)
      return
    }
    case 'killWorker':
      worker?.postMessage(null)
      break
    case 'block':
      say({ type: 'blocked' })
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, command.ms)
      break
    case 'stop':
      await speaker.stop()
      say({ type: 'stopped' })
      return
    case 'exit':
      process.exit(3)
  }
  say({ type: 'done' })
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Command
  await obey(command)
  if (command.type === 'stop') break
}
// From here on nothing of ours may keep the process.
process.stdin.destroy()
