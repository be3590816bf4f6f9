// Keeps a local copy of one kind in step with the API server for as long as the process lives: list, watch, resume, and list again only when told to (410).
import type { KubeObject } from '../core/objects.ts'
import type { KubeClient, Resource } from './client.ts'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import type { Store } from './store.ts'

export interface ReflectorOptions<T> {
  readonly client: KubeClient
  readonly resource: Resource
  readonly namespace?: string | undefined
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** What is kept of an object; drops `managedFields` when not set. */
  readonly transform?: (object: T) => T
  readonly log: Logger
  readonly clock?: Clock
}

export class Reflector<T extends KubeObject> {
  constructor(_options: ReflectorOptions<T>) {
    throw new Error('written next')
  }
  get store(): Store<T> {
    throw new Error('written next')
  }
  start(): void {}
  stop(): Promise<void> {
    return Promise.resolve()
  }
  /** Resolves when the first list is in the store; rejects never. */
  whenSynced(): Promise<void> {
    return Promise.resolve()
  }
  get synced(): boolean {
    return false
  }
  /** Monotonic milliseconds of the last byte from the API server. */
  get lastContact(): number {
    return 0
  }
}
