// Main's end of the packet worker: opens and closes every descriptor, keeps what the worker must know, and starts it again when it died.
import { Worker } from 'node:worker_threads'
import { unreachable } from '../../core/unreachable.ts'
import type { Logger } from '../../kube/logger.ts'
import type { Announcement, Link } from '../l2/responder.ts'
import { close, eventfd, failureOf, raise } from './libc.ts'
import type { LinkSocket, MessageToMain, MessageToWorker, PacketWorkerStart } from './packet-messages.ts'
import { openPacketSocket } from './packet-socket.ts'
import { SharedState } from './shared-state.ts'

export interface PacketControlOptions {
  /** Starts the thread; `spawnPacketWorker` when not set. */
  readonly spawn?: (start: PacketWorkerStart) => Worker
  /** A netlink socket that is readable when interfaces changed. */
  readonly interfaceEvents: number
  readonly onInterfacesChanged: () => void
  readonly log: Logger
  readonly fenceMs?: number
}

const defaultFenceMs = 30_000
const heartbeatMs = 1000
const firstPauseMs = 100
const longestPauseMs = 10_000
/** A worker that lived this long had a good start: its next death is a new story. */
const goodLifeMs = 60_000

/** A hundred thousand addresses fit; what grows beyond it is a leak, and ends the worker instead of the Pod. */
const heapMegabytes = 128

export function spawnPacketWorker(start: PacketWorkerStart): Worker {
  // Named like this so that the bundler finds it: the worker becomes a file of its own, without the Kubernetes client.
  const entry = new URL('./packet-worker.ts', import.meta.url)
  return new Worker(entry, { name: 'packet', workerData: start, resourceLimits: { maxOldGenerationSizeMb: heapMegabytes } })
}

interface RetiredSocket {
  readonly fd: number
  readonly revision: number
}

export class PacketControl {
  readonly shared = SharedState.create()
  readonly #options: PacketControlOptions
  readonly #wake: number
  readonly #announcements = new Map<number, Announcement>()
  readonly #sockets = new Map<number, LinkSocket>()
  /** Why a socket could not be opened, by interface: said once. */
  readonly #failures = new Map<number, string>()
  #retired: readonly RetiredSocket[] = []
  #revision = 0
  #worker: Worker | undefined
  #startedAt = 0
  #pauseMs = firstPauseMs
  #restartTimer: NodeJS.Timeout | undefined
  #heartbeat: NodeJS.Timeout | undefined
  #lastBeat = 0
  #lastBeatAt = 0
  #restarts = 0

  constructor(options: PacketControlOptions) {
    this.#options = options
    this.#wake = eventfd()
    if (this.#wake < 0) throw new Error(`eventfd: ${failureOf('eventfd', this.#wake).code}`)
  }

  start(): void {
    this.#heartbeat = setInterval(() => this.shared.beatMain(), heartbeatMs)
    // A thread that is blocked in a system call would keep `process.exit` waiting: whatever ends the process, the worker leaves its loop first.
    process.on('exit', this.#leave)
    this.#lastBeatAt = performance.now()
    this.#spawn()
  }

  /** How often the worker died. */
  get restarts(): number {
    return this.#restarts
  }

  /** Names of the interfaces with an open socket. */
  get interfaces(): ReadonlySet<string> {
    return new Set([...this.#sockets.values()].map(({ link }) => link.name))
  }

  /** Milliseconds since the worker last showed that it moves; it does at least once a second. */
  get silentMs(): number {
    const beat = this.shared.workerBeats
    if (beat !== this.#lastBeat) {
      this.#lastBeat = beat
      this.#lastBeatAt = performance.now()
    }
    return performance.now() - this.#lastBeatAt
  }

  /** `gained` also names addresses whose interfaces changed. */
  announce(gained: readonly Announcement[], lost: readonly number[]): void {
    for (const address of lost) this.#announcements.delete(address)
    for (const announcement of gained) this.#announcements.set(announcement.address, announcement)
    this.#send({ type: 'addressesChanged', gained, lost })
  }

  /** Speaks ARP on exactly these interfaces from now on. The same list again changes nothing, but tries again what could not be opened. */
  useLinks(links: readonly Link[]): void {
    const wanted = new Map(links.map((link) => [link.index, link]))
    let changed = false
    for (const [index, { link, fd }] of this.#sockets) {
      if (wanted.has(index)) continue
      this.#sockets.delete(index)
      this.#retired = [...this.#retired, { fd, revision: this.#revision + 1 }]
      this.#options.log.info({ event: 'arpInterfaceLost', interface: link.name }, 'arp interface lost')
      changed = true
    }
    for (const index of this.#failures.keys()) if (!wanted.has(index)) this.#failures.delete(index)
    for (const link of wanted.values()) if (this.#useLink(link)) changed = true
    if (!changed) return
    this.#revision += 1
    this.#send({ type: 'socketsChanged', sockets: [...this.#sockets.values()], revision: this.#revision })
  }

  /** Silences the worker and waits until its thread is gone. */
  async stop(): Promise<void> {
    clearInterval(this.#heartbeat)
    clearTimeout(this.#restartTimer)
    const worker = this.#worker
    const gone = worker === undefined ? undefined : new Promise((resolve) => worker.once('exit', resolve))
    this.#leave()
    await gone
    process.off('exit', this.#leave)
    this.#closeRetired(Number.POSITIVE_INFINITY)
    for (const { fd } of this.#sockets.values()) close(fd)
    close(this.#wake)
  }

  /** @returns whether the worker has to hear of it */
  #useLink(link: Link): boolean {
    const { log } = this.#options
    const present = this.#sockets.get(link.index)
    if (present !== undefined) {
      if (present.link.mac === link.mac && present.link.name === link.name) return false
      this.#sockets.set(link.index, { link, fd: present.fd })
      return true
    }
    const opened = openPacketSocket(link.index)
    if (!opened.ok) {
      const { call, code } = opened.error
      if (this.#failures.get(link.index) === code) return false
      this.#failures.set(link.index, code)
      log.warn({ event: 'arpInterfaceFailed', interface: link.name, reason: code }, `arp is not spoken on this interface: ${call} failed`)
      return false
    }
    this.#failures.delete(link.index)
    this.#sockets.set(link.index, { link, fd: opened.value })
    log.info({ event: 'arpInterfaceFound', interface: link.name }, 'arp interface found')
    return true
  }

  #spawn(): void {
    const { spawn = spawnPacketWorker, interfaceEvents, fenceMs = defaultFenceMs } = this.#options
    this.#startedAt = performance.now()
    const worker = spawn({
      role: 'packetWorker',
      shared: this.shared.buffers,
      wake: this.#wake,
      interfaceEvents,
      sockets: [...this.#sockets.values()],
      announcements: [...this.#announcements.values()],
      fenceMs,
    })
    this.#worker = worker
    // The snapshot above names none of the retired sockets, and their old user is gone.
    this.#closeRetired(this.#revision)
    let reason: unknown
    worker.on('error', (error) => {
      reason = error
    })
    worker.on('message', (message: MessageToMain) => this.#hear(message))
    worker.once('exit', () => this.#restart(worker, reason))
  }

  #restart(worker: Worker, reason: unknown): void {
    if (this.#worker === worker) this.#worker = undefined
    if (this.shared.isStopping) return
    if (performance.now() - this.#startedAt > goodLifeMs) this.#pauseMs = firstPauseMs
    const pauseMs = this.#pauseMs
    this.#pauseMs = Math.min(longestPauseMs, pauseMs * 2)
    this.#restarts += 1
    this.#options.log.error({ event: 'packetWorkerDied', err: reason, pauseMs }, 'the packet worker died and is started again')
    this.#restartTimer = setTimeout(() => this.#spawn(), pauseMs)
  }

  #hear(message: MessageToMain): void {
    switch (message.type) {
      case 'interfacesChanged':
        this.#options.onInterfacesChanged()
        return
      case 'socketsApplied':
        this.#closeRetired(message.revision)
        return
      case 'fenceChanged':
        if (message.isFenced)
          this.#options.log.error({ event: 'arpFenced' }, 'arp answers stopped: the main thread was silent for too long')
        else this.#options.log.info({ event: 'arpUnfenced' }, 'arp answers again: the main thread is back')
        return
      default:
        unreachable(message)
    }
  }

  #closeRetired(revision: number): void {
    for (const socket of this.#retired) if (socket.revision <= revision) close(socket.fd)
    this.#retired = this.#retired.filter((socket) => socket.revision > revision)
  }

  #send(message: MessageToWorker): void {
    if (this.#worker === undefined) return
    this.#worker.postMessage(message)
    raise(this.#wake)
  }

  readonly #leave = (): void => {
    this.shared.askToStop()
    raise(this.#wake)
  }
}
