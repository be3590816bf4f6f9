// The packet worker: a thread that blocks in one poll over all packet sockets, so that nothing that keeps main busy delays an answer.
//
// This file is the thread: it runs until main asks it to stop. It owns no descriptor and no decision. Main tells it which addresses to answer for and on which sockets; `l2/responder.ts` says what to answer;
// this file receives, sends and counts. When main is silent for too long nobody vouches for the addresses, and it says nothing until main is back.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { type Instant, instant } from '../../core/time.ts'
import { unreachable } from '../../core/unreachable.ts'
import { arpFrameLength } from '../l2/arp.ts'
import { nextDeadline, type ResponderEvent, type ResponderState, respond, silent, step } from '../l2/responder.ts'
import { constants, failureOf, interrupted, lower, PollSet, receive, send } from './libc.ts'
import type { LinkSocket, MessageToMain, MessageToWorker, PacketWorkerStart } from './packet-messages.ts'
import { isForUs, linkAddressLength } from './packet-socket.ts'
import { SharedState } from './shared-state.ts'

/** So that a flood on one interface leaves the others their turn. */
const framesPerTurn = 256

/** The longest sleep: often enough for the heartbeat and the fence. */
const longestWaitMs = 1000

function tell(message: MessageToMain): void {
  parentPort?.postMessage(message)
}

class PacketLoop {
  readonly #start: PacketWorkerStart
  readonly #shared: SharedState
  #state: ResponderState = silent
  #sockets: readonly LinkSocket[] = []
  #fds = new Map<number, number>()
  #poll = new PollSet([])
  #lastMainBeat: number
  #mainBeatAt: Instant
  /** Of each frame only what ARP has; what follows is padding. */
  readonly #frame = Buffer.alloc(arpFrameLength)
  readonly #reply = Buffer.alloc(arpFrameLength)
  readonly #sender = Buffer.alloc(linkAddressLength)
  readonly #event = Buffer.alloc(8 << 10)

  constructor(start: PacketWorkerStart) {
    this.#start = start
    this.#shared = new SharedState(start.shared)
    this.#lastMainBeat = this.#shared.mainBeats
    this.#mainBeatAt = now()
    this.#useSockets(start.sockets)
    this.#step({ type: 'addressesChanged', gained: start.announcements, lost: [] })
  }

  get isStopping(): boolean {
    return this.#shared.isStopping
  }

  turn(): void {
    const ready = this.#poll.wait(this.#waitMs())
    if (ready < 0 && ready !== interrupted) throw new Error(`ppoll: ${failureOf('ppoll', ready).code}`)
    this.#shared.beatWorker()
    // Without an event too: a message whose wake-up was lost is found a second later.
    if (ready <= 0 || this.#poll.events(wakePlace) !== 0) this.#readMessages()
    if (this.#poll.events(interfacePlace) !== 0) this.#readInterfaceEvents()
    this.#watchMain()
    for (const [index, socket] of this.#sockets.entries()) {
      const events = this.#poll.events(firstSocketPlace + index)
      if ((events & constants.POLLNVAL) !== 0) throw new Error(`packet socket ${socket.fd} of ${socket.link.name} is closed`)
      if (events !== 0) this.#answer(socket)
    }
    const deadline = nextDeadline(this.#state)
    if (deadline !== undefined && deadline <= now()) this.#step({ type: 'deadlinePassed' })
  }

  #waitMs(): number {
    const deadline = nextDeadline(this.#state)
    if (deadline === undefined) return longestWaitMs
    return Math.min(longestWaitMs, Math.max(0, deadline - now()))
  }

  #readMessages(): void {
    lower(this.#start.wake)
    if (parentPort === null) return
    for (let received = receiveMessageOnPort(parentPort); received !== undefined; received = receiveMessageOnPort(parentPort)) {
      this.#obey(received.message as MessageToWorker)
    }
  }

  #obey(message: MessageToWorker): void {
    switch (message.type) {
      case 'addressesChanged':
        this.#step(message)
        return
      case 'socketsChanged':
        this.#useSockets(message.sockets)
        tell({ type: 'socketsApplied', revision: message.revision })
        return
      default:
        unreachable(message)
    }
  }

  #useSockets(sockets: readonly LinkSocket[]): void {
    this.#sockets = sockets
    this.#fds = new Map(sockets.map(({ link, fd }) => [link.index, fd]))
    this.#poll = new PollSet([this.#start.wake, this.#start.interfaceEvents, ...sockets.map(({ fd }) => fd)])
    this.#step({ type: 'linksChanged', links: sockets.map(({ link }) => link) })
  }

  /** What they say does not matter, nor that some were lost (ENOBUFS): main lists the interfaces anew. */
  #readInterfaceEvents(): void {
    for (let length = 0; length >= 0; ) length = receive(this.#start.interfaceEvents, this.#event, 0, null)
    tell({ type: 'interfacesChanged' })
  }

  #watchMain(): void {
    const beat = this.#shared.mainBeats
    const at = now()
    if (beat !== this.#lastMainBeat) {
      this.#lastMainBeat = beat
      this.#mainBeatAt = at
    }
    const isFenced = at - this.#mainBeatAt > this.#start.fenceMs
    if (isFenced === this.#state.isFenced) return
    this.#step({ type: 'fenceChanged', isFenced })
    tell({ type: 'fenceChanged', isFenced })
  }

  #answer({ link, fd }: LinkSocket): void {
    for (let count = 0; count < framesPerTurn; count += 1) {
      const length = receive(fd, this.#frame, constants.MSG_TRUNC, this.#sender)
      // EAGAIN: all is read. ENETDOWN and the like: the interface went, and main hears of it by its own way.
      if (length < 0) return
      if (!isForUs(this.#sender)) {
        this.#shared.countIgnored('otherHost')
        continue
      }
      const frame = length < arpFrameLength ? this.#frame.subarray(0, length) : this.#frame
      const result = respond(this.#state, link, frame, this.#reply)
      if (typeof result === 'string') {
        this.#shared.countIgnored(result)
        continue
      }
      this.#shared.count(result.slot, 'requestsReceived')
      if (send(fd, this.#reply) < 0) this.#shared.countSendFailure()
      else this.#shared.count(result.slot, 'responsesSent')
    }
  }

  #step(event: ResponderEvent): void {
    const [state, effects] = step(this.#state, event, now())
    this.#state = state
    for (const { link, announcement, frame } of effects) {
      const fd = this.#fds.get(link)
      if (fd === undefined || send(fd, frame) < 0) this.#shared.countSendFailure()
      else this.#shared.count(announcement.slot, 'gratuitousSent')
    }
  }
}

const wakePlace = 0
const interfacePlace = 1
const firstSocketPlace = 2

/** Monotonic, of this thread: never compared with main's. */
function now(): Instant {
  return instant(performance.now())
}

const loop = new PacketLoop(workerData as PacketWorkerStart)
while (!loop.isStopping) loop.turn()
