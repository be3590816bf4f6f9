// One policy worker as main sees it.
import { hrtime } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { PolicyMessageToMain, PolicyMessageToWorker, PolicySource, PolicyWorkerStart } from './policy-messages.ts'

export type SpawnPolicyWorker = (start: PolicyWorkerStart) => Worker

/** A bounded expression makes tens of megabytes at most; whatever makes more ends its thread, not the webhook. */
const heapMegabytes = 128
/** V8 cannot be stopped while it looks for memory that is not there: waiting for such a thread would be for ever. */
const longestGoodbyeMs = 1000

export function spawnPolicyWorker(start: PolicyWorkerStart): Worker {
  // Named like this so that the bundler finds it: the worker becomes a file of its own.
  const entry = new URL('./policy-worker.ts', import.meta.url)
  return new Worker(entry, {
    name: 'policy',
    workerData: start,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: 8 },
  })
}

export interface PolicyThreadListener {
  readonly onReady: (thread: PolicyThread) => void
  readonly onDone: (message: Extract<PolicyMessageToMain, { readonly type: 'done' }>) => void
  /** The thread ended without being asked. */
  readonly onDeath: (thread: PolicyThread, reason: unknown) => void
}

export class PolicyThread {
  readonly #worker: Worker
  readonly #current = new BigInt64Array(new SharedArrayBuffer(16))
  readonly startedAt = performance.now()
  #isReady = false
  #isEnding = false

  constructor(sources: readonly PolicySource[], spawn: SpawnPolicyWorker, { onReady, onDone, onDeath }: PolicyThreadListener) {
    this.#worker = spawn({ role: 'policyWorker', current: this.#current.buffer, sources })
    this.#worker.on('message', (message: PolicyMessageToMain) => {
      if (this.#isEnding) return
      if (message.type === 'done') onDone(message)
      else {
        this.#isReady = true
        onReady(this)
      }
    })
    let reason: unknown
    this.#worker.on('error', (error) => {
      reason = error
    })
    this.#worker.once('exit', () => {
      if (!this.#isEnding) onDeath(this, reason)
    })
    // An idle worker must not keep the process from ending.
    this.#worker.unref()
  }

  get isReady(): boolean {
    return this.#isReady
  }

  /** The task that is being worked on, and for how long; undefined when there is none. */
  get working(): { readonly task: number; readonly forMs: number } | undefined {
    const since = Atomics.load(this.#current, 1)
    const task = Number(Atomics.load(this.#current, 0))
    return task === 0 ? undefined : { task, forMs: Number(hrtime.bigint() - since) / 1e6 }
  }

  tell(message: PolicyMessageToWorker): void {
    this.#worker.postMessage(message)
  }

  /** Ends the thread wherever it is; nothing is heard of it any more. */
  async end(): Promise<void> {
    this.#isEnding = true
    await Promise.race([this.#worker.terminate(), sleep(longestGoodbyeMs, undefined, { ref: false })])
  }
}
