// Layer 2 of IPv4 on this node: the packet worker, the interfaces it speaks on, and a counter slot for each address.
import type { Worker } from 'node:worker_threads'
import { fail, ok, type Result } from '../../core/result.ts'
import type { Logger } from '../../kube/logger.ts'
import type { Announcement } from '../l2/responder.ts'
import { arpLinks, excludedInterfaces, listInterfaces, openInterfaceEvents } from './interfaces.ts'
import { close, type SystemFailure } from './libc.ts'
import { PacketControl } from './packet-control.ts'
import type { PacketWorkerStart } from './packet-messages.ts'
import { canOpenPacketSockets } from './packet-socket.ts'
import type { AddressCounter, SharedState } from './shared-state.ts'

export interface ArpSpeakerOptions {
  readonly log: Logger
  readonly fenceMs?: number
  /** For tests that must get hold of the thread. */
  readonly spawn?: (start: PacketWorkerStart) => Worker
}

/** An address without its slot: who announces does not know where it is counted. */
export type ArpAddress = Omit<Announcement, 'slot'>

/** Changes come in flocks (a pod brings several): one look at the interfaces serves them all. */
const settleMs = 50
/** Should an event be lost after all. MetalLB looks as often. */
const rescanMs = 10_000

export class ArpSpeaker {
  readonly #log: Logger
  readonly #control: PacketControl
  readonly #interfaceEvents: number
  readonly #slots = new Map<number, number>()
  #rescan: NodeJS.Timeout | undefined
  #settle: NodeJS.Timeout | undefined
  #failure: string | undefined

  /** Fails where packet sockets are not permitted; then nothing was started. */
  static open(options: ArpSpeakerOptions): Result<ArpSpeaker, SystemFailure> {
    const permitted = canOpenPacketSockets()
    if (!permitted.ok) return permitted
    const events = openInterfaceEvents()
    return events.ok ? ok(new ArpSpeaker(options, events.value)) : fail(events.error)
  }

  private constructor(options: ArpSpeakerOptions, interfaceEvents: number) {
    this.#log = options.log
    this.#interfaceEvents = interfaceEvents
    this.#control = new PacketControl({ ...options, interfaceEvents, onInterfacesChanged: () => this.#lookSoon() })
  }

  start(): void {
    this.#look()
    this.#control.start()
    this.#rescan = setInterval(() => this.#look(), rescanMs)
  }

  /** `gained` also names addresses whose interfaces changed. */
  announce(gained: readonly ArpAddress[], lost: readonly number[]): void {
    this.#control.announce(
      gained.map((address) => ({ ...address, slot: this.#slotOf(address.address) })),
      lost,
    )
  }

  /** Names of the interfaces that ARP is spoken on. */
  get interfaces(): ReadonlySet<string> {
    return this.#control.interfaces
  }

  /** Milliseconds since the worker last moved. */
  get silentMs(): number {
    return this.#control.silentMs
  }

  /** How often the worker died. */
  get restarts(): number {
    return this.#control.restarts
  }

  get totals(): Pick<SharedState, 'ignored' | 'sendFailures'> {
    return this.#control.shared
  }

  /** Every address that was ever announced, since a counter does not forget. */
  get countedAddresses(): Iterable<number> {
    return this.#slots.keys()
  }

  counted(address: number, counter: AddressCounter): number {
    const slot = this.#slots.get(address)
    return slot === undefined ? 0 : this.#control.shared.counted(slot, counter)
  }

  /** Nothing is answered any more when this resolves. */
  async stop(): Promise<void> {
    clearInterval(this.#rescan)
    clearTimeout(this.#settle)
    await this.#control.stop()
    close(this.#interfaceEvents)
  }

  #slotOf(address: number): number {
    const known = this.#slots.get(address)
    if (known !== undefined) return known
    const slot = this.#control.shared.reserve(this.#slots.size)
    this.#slots.set(address, slot)
    return slot
  }

  #lookSoon(): void {
    this.#settle ??= setTimeout(() => {
      this.#settle = undefined
      this.#look()
    }, settleMs)
  }

  #look(): void {
    const listed = listInterfaces()
    if (listed.ok) {
      this.#failure = undefined
      this.#control.useLinks(arpLinks(listed.value, excludedInterfaces))
      return
    }
    const { call, code } = listed.error
    if (this.#failure === code) return
    this.#failure = code
    this.#log.error({ event: 'interfacesUnknown', reason: code }, `interfaces cannot be listed, those known stay in use: ${call} failed`)
  }
}
