// One transfer of routes from a sender to a receiver, each in a bare host, with a capture on the receiver's end of the cable.
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs, wallOffset } from '../clock.ts'
import { BareHost, type Daemon, processorSeconds } from './bare-host.ts'
import { readMessages } from './bgp-messages.ts'
import { prefixLength, receiverEnd, senderEnd } from './link.ts'
import { readSegments } from './pcap.ts'
import type { Receiver, ReceiverKind, SenderKind } from './router.ts'
import { judgeTransfer, type Transfer } from './transfer.ts'

const captureFile = '/run/bench/capture.pcap'
/** How often the receiver is asked. */
const everyMs = 5
const limitMs = 180_000
/** The capture's last packets lie in a ring that is emptied at intervals. */
const restMs = 700

export interface TransferOptions {
  readonly sender: SenderKind
  readonly receiver: ReceiverKind
  readonly routes: number
  readonly signal: AbortSignal
}

export async function transfer({ sender, receiver, routes, signal }: TransferOptions): Promise<Transfer> {
  const senderHost = await BareHost.start('sender')
  const receiverHost = await BareHost.start('receiver').catch(async (error: unknown) => {
    await senderHost.end()
    throw error
  })
  try {
    await BareHost.connect([senderHost, `${senderEnd.address}/${prefixLength}`], [receiverHost, `${receiverEnd.address}/${prefixLength}`])
    const receiving = await receiver.start(receiverHost)
    const sending = await sender.start(senderHost, routes)
    const capture = await startCapture(receiverHost)
    signal.throwIfAborted()
    const offset = wallOffset()
    const clock = (): number => monotonicMs() + offset
    const pids = senderHost.pidsOf(sending.programs)
    const before = processorSeconds(pids)
    await sending.open()
    const heldAtMs = await untilHeld(receiving, routes, clock, signal)
    await sleep(restMs, undefined, { signal })
    const withdrawAtMs = clock()
    // The command may take longer than its effect.
    const [goneAtMs] = await Promise.all([untilHeld(receiving, 0, clock, signal), sending.withdraw()])
    const processorS = processorSeconds(pids) - before
    sending.close()
    receiving.close()
    await sleep(restMs)
    await stopCapture(receiverHost, capture)
    const messages = readMessages(readSegments(readFileSync(receiverHost.path(captureFile))))
    return judgeTransfer(messages, { sender: senderEnd.address, routes, marks: { heldAtMs, withdrawAtMs, goneAtMs }, processorS })
  } finally {
    await Promise.all([senderHost.end(), receiverHost.end()])
  }
}

async function untilHeld(receiver: Receiver, wanted: number, clock: () => number, signal: AbortSignal): Promise<number> {
  const end = clock() + limitMs
  for (;;) {
    const held = await receiver.held()
    const now = clock()
    if (held === wanted) return now
    if (now > end) throw new Error(`the receiver holds ${held} routes instead of ${wanted} after ${limitMs / 1000} s`)
    await sleep(everyMs, undefined, { signal })
  }
}

async function startCapture(host: BareHost): Promise<Daemon> {
  const capture = host.run(['dumpcap', '-q', '-P', '-i', 'eth0', '-f', 'tcp port 179', '-B', '64', '-w', captureFile])
  let hasStarted = false
  capture.onLine((line) => {
    hasStarted ||= line.startsWith('File: ')
  })
  await capture.until('its start', () => hasStarted || undefined)
  return capture
}

async function stopCapture(host: BareHost, capture: Daemon): Promise<void> {
  for (const pid of host.pidsOf(['dumpcap'])) process.kill(pid, 'SIGINT')
  await capture.ended
}
