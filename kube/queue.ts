// Keys to work on: each at most once in the queue, each worked on by one worker at a time, retried with growing pauses.
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'

export interface WorkQueueOptions {
  /** A rejection means: again, later. */
  readonly process: (key: string) => Promise<void>
  readonly concurrency: number
  readonly log: Logger
  readonly baseDelayMs?: number
  readonly maxDelayMs?: number
  readonly clock?: Clock
}

export class WorkQueue {
  constructor(_options: WorkQueueOptions) {
    throw new Error('written next')
  }
  add(_key: string): void {}
  addAfter(_key: string, _ms: number): void {}
  /** Takes nothing more, waits for the workers. */
  stop(): Promise<void> {
    return Promise.resolve()
  }
  get depth(): number {
    return 0
  }
}
