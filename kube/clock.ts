// Time and chance for the shells: the one place where they are read, so that tests can play them.
import { setTimeout as delay } from 'node:timers/promises'

export interface Clock {
  /** Milliseconds on the monotonic clock; only differences mean anything. */
  now(): number
  /** Milliseconds since 1970. */
  wall(): number
  /** Uniform in [0, 1). */
  random(): number
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
}
