// Kubernetes Events about the objects we act on.
import type { KubeObject } from '../core/objects.ts'
import type { KubeClient } from './client.ts'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'

export interface EventRecorderOptions {
  readonly client: KubeClient
  readonly component: string
  /** Node or Pod name: `source.host` and `reportingInstance`. */
  readonly host?: string
  readonly log: Logger
  readonly clock?: Clock
}

export class EventRecorder {
  constructor(_options: EventRecorderOptions) {
    throw new Error('written next')
  }
  /** `object` needs apiVersion and kind (objects from a reflector have them). Never throws, never waits. */
  event(_object: KubeObject, _type: 'Normal' | 'Warning', _reason: string, _message: string): void {}
  /** Waits for what is under way. */
  stop(): Promise<void> {
    return Promise.resolve()
  }
}
