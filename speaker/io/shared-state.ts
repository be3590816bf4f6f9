// What main and the packet worker both see without a message: heartbeats, the request to stop, and counters that survive the worker.
import { type IgnoredReason, ignoredReasons } from '../l2/responder.ts'

export interface SharedBuffers {
  readonly control: SharedArrayBuffer
  readonly totals: SharedArrayBuffer
  readonly perAddress: SharedArrayBuffer
}

const mainBeat = 0
const workerBeat = 1
const stopping = 2
const controlWords = 3

/** Where each counter of an address stands in its slot. */
const perSlot = { requestsReceived: 0, responsesSent: 1, gratuitousSent: 2 } as const
export type AddressCounter = keyof typeof perSlot
const slotWords = Object.keys(perSlot).length
const wordOctets = Float64Array.BYTES_PER_ELEMENT

const maxSlots = 1 << 20
const slotsAtOnce = 1024
const sendFailures = ignoredReasons.length

/**
 * One view on the shared memory; each thread makes its own.
 *
 * Counters are doubles with one writer, the worker: exact to 2^53, and a double that is aligned is written at once on 64-bit machines.
 */
export class SharedState {
  readonly buffers: SharedBuffers
  readonly #control: Int32Array
  readonly #totals: Float64Array
  readonly #perAddress: Float64Array

  constructor(buffers: SharedBuffers) {
    this.buffers = buffers
    this.#control = new Int32Array(buffers.control)
    this.#totals = new Float64Array(buffers.totals)
    this.#perAddress = new Float64Array(buffers.perAddress)
  }

  static create(): SharedState {
    const slotOctets = slotWords * wordOctets
    return new SharedState({
      control: new SharedArrayBuffer(controlWords * Int32Array.BYTES_PER_ELEMENT),
      totals: new SharedArrayBuffer((ignoredReasons.length + 1) * wordOctets),
      perAddress: new SharedArrayBuffer(slotsAtOnce * slotOctets, { maxByteLength: maxSlots * slotOctets }),
    })
  }

  /** Makes sure that counters up to this slot exist. @returns the slot to use: the last one is shared by all that found no room. */
  reserve(slot: number): number {
    const { perAddress } = this.buffers
    const chosen = Math.min(slot, maxSlots - 1)
    const slotOctets = slotWords * wordOctets
    const wanted = Math.min(maxSlots, Math.ceil((chosen + 1) / slotsAtOnce) * slotsAtOnce) * slotOctets
    if (wanted > perAddress.byteLength) perAddress.grow(wanted)
    return chosen
  }

  beatMain(): void {
    Atomics.add(this.#control, mainBeat, 1)
  }

  beatWorker(): void {
    Atomics.add(this.#control, workerBeat, 1)
  }

  get mainBeats(): number {
    return Atomics.load(this.#control, mainBeat)
  }

  get workerBeats(): number {
    return Atomics.load(this.#control, workerBeat)
  }

  askToStop(): void {
    Atomics.store(this.#control, stopping, 1)
  }

  get isStopping(): boolean {
    return Atomics.load(this.#control, stopping) === 1
  }

  countIgnored(reason: IgnoredReason): void {
    this.#countTotal(ignoredReasons.indexOf(reason))
  }

  ignored(reason: IgnoredReason): number {
    return this.#totals[ignoredReasons.indexOf(reason)] ?? 0
  }

  countSendFailure(): void {
    this.#countTotal(sendFailures)
  }

  get sendFailures(): number {
    return this.#totals[sendFailures] ?? 0
  }

  count(slot: number, counter: AddressCounter): void {
    const at = slot * slotWords + perSlot[counter]
    this.#perAddress[at] = (this.#perAddress[at] ?? 0) + 1
  }

  counted(slot: number, counter: AddressCounter): number {
    return this.#perAddress[slot * slotWords + perSlot[counter]] ?? 0
  }

  #countTotal(at: number): void {
    this.#totals[at] = (this.#totals[at] ?? 0) + 1
  }
}
