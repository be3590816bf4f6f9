// The two roles of a transfer. Each is played in a bare host of its own.
import type { BareHost } from './bare-host.ts'

/** Waits for a session and takes what comes. */
export interface Receiver {
  /** How many routes it holds from the sender. */
  held(): Promise<number>
  close(): void
}

/** Has all routes ready, and no session until told. */
export interface Sender {
  /** Names of the programs whose processor time is the sender's. */
  readonly programs: readonly string[]
  /** Opens the session; the routes follow as soon as the sender pleases. */
  open(): Promise<void>
  /** Takes all routes back, the session stays. */
  withdraw(): Promise<void>
  close(): void
}

export interface ReceiverKind {
  readonly name: string
  readonly start: (host: BareHost) => Promise<Receiver>
}

export interface SenderKind {
  readonly name: string
  readonly start: (host: BareHost, routes: number) => Promise<Sender>
}
