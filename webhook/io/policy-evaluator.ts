// Evaluates users' expressions in a worker, so that a policy that hangs holds up neither the webhook nor other policies for longer than its share.
import { setTimeout as sleep } from 'node:timers/promises'
import type { PolicyVariables } from '../../admission/cel/evaluate.ts'
import { fail, ok } from '../../core/result.ts'
import type { Logger } from '../../kube/logger.ts'
import type { PolicyFailure, PolicyMessageToMain, PolicyOutcome, PolicySource } from './policy-messages.ts'
import { PolicyThread, type SpawnPolicyWorker, spawnPolicyWorker } from './policy-thread.ts'

export interface PolicyEvaluatorOptions {
  readonly log: Logger
  /** Starts a thread; the product's when not set. */
  readonly spawn?: SpawnPolicyWorker
}

/** For all expressions of one request together. */
const usualMs = 50
/** A bounded expression ends by itself within less; what takes longer hangs, and is ended with its thread as soon as somebody's time is up. */
const hangsAfterMs = 40
/** For how long an expression that hung is not tried again: each try costs a thread. */
const rejectedMs = 10_000
const mostRejected = 1000
const firstPauseMs = 100
const longestPauseMs = 10_000

interface Request {
  readonly id: number
  readonly sources: readonly PolicySource[]
  readonly variables: PolicyVariables
  readonly withinMs: number
  /** Places in `sources` of what is not answered, by task. */
  readonly open: Map<number, number>
  readonly outcomes: PolicyOutcome[]
  readonly resolve: (outcomes: readonly PolicyOutcome[]) => void
  timer: NodeJS.Timeout | undefined
}

function failure(type: PolicyFailure['type'], message: string): PolicyOutcome {
  return fail({ type, message })
}

export class PolicyEvaluator {
  readonly #log: Logger
  readonly #spawn: SpawnPolicyWorker
  readonly #requests = new Map<number, Request>()
  /** Until when an expression is not tried, by its text. */
  readonly #rejected = new Map<string, number>()
  #sources: readonly PolicySource[] = []
  /** The first works, the second stands by, warm. */
  #threads: readonly PolicyThread[] = []
  #lastId = 0
  #pauseMs = firstPauseMs
  #restart: NodeJS.Timeout | undefined
  #replacements = 0
  #isClosed = false
  readonly #firstReady = Promise.withResolvers<void>()

  /** Starts nothing: a cluster without policies pays for none. */
  constructor({ log, spawn = spawnPolicyWorker }: PolicyEvaluatorOptions) {
    this.#log = log
    this.#spawn = spawn
  }

  /** How often a thread was ended or died. */
  get replacements(): number {
    return this.#replacements
  }

  /** Compiles the expressions of all policies there are, and starts the first thread with the first of them; to be called whenever they change. */
  prepare(sources: readonly PolicySource[]): void {
    this.#sources = sources
    if (sources.length === 0) return
    for (const thread of this.#threads) thread.tell({ type: 'compile', sources })
    this.#fill()
  }

  /** Resolves when what was prepared can be asked: at once when that is nothing, and after `limitMs` whatever there is. */
  async whenReady(limitMs: number): Promise<void> {
    if (this.#sources.length > 0) await Promise.race([this.#firstReady.promise, sleep(limitMs, undefined, { ref: false })])
  }

  /**
   * @param withinMs for all of them together, waiting included
   * @returns one outcome for each source, in their order; never rejects
   */
  evaluate(sources: readonly PolicySource[], variables: PolicyVariables, withinMs = usualMs): Promise<readonly PolicyOutcome[]> {
    if (sources.length === 0) return Promise.resolve([])
    this.#fill()
    return new Promise((resolve) => {
      const open = new Map(sources.map((_, place) => [this.#nextId(), place]))
      const outcomes = sources.map(() => failure('late', `was not reached within ${withinMs} ms, because others took the time`))
      const request: Request = { id: this.#nextId(), sources, variables, withinMs, open, outcomes, resolve, timer: undefined }
      this.#requests.set(request.id, request)
      this.#answerRejected(request)
      if (request.open.size === 0) return
      request.timer = setTimeout(() => {
        // What a thread has said meanwhile is heard first: it may be main that was busy.
        setImmediate(() => this.#timeIsUp(request))
      }, withinMs)
      const [active] = this.#threads
      if (active?.isReady === true) this.#send(active, request)
    })
  }

  /** Answers what is open, and waits until the threads are gone. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#restart)
    for (const request of this.#requests.values()) this.#settle(request)
    const threads = this.#threads
    this.#threads = []
    await Promise.all(threads.map((thread) => thread.end()))
  }

  #nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }

  #answerRejected(request: Request): void {
    for (const [task, place] of request.open) {
      const until = this.#rejected.get(request.sources[place]?.source ?? '')
      if (until === undefined || until < performance.now()) continue
      this.#answer(request, task, failure('late', 'took too long a moment ago, and is not tried again for some seconds'))
    }
  }

  #answer(request: Request, task: number, outcome: PolicyOutcome): void {
    const place = request.open.get(task)
    if (place === undefined) return
    request.open.delete(task)
    request.outcomes[place] = outcome
    if (request.open.size === 0) this.#settle(request)
  }

  #settle(request: Request): void {
    clearTimeout(request.timer)
    this.#requests.delete(request.id)
    request.resolve(request.outcomes)
  }

  #send(thread: PolicyThread, { id, open, sources, variables }: Request): void {
    const tasks = [...open].flatMap(([task, place]) => {
      const source = sources[place]
      return source === undefined ? [] : [{ id: task, ...source }]
    })
    thread.tell({ type: 'evaluate', request: id, tasks, variables })
  }

  #timeIsUp(request: Request): void {
    if (!this.#requests.has(request.id)) return
    const [active] = this.#threads
    if (active?.isReady !== true) {
      for (const task of request.open.keys()) this.#answer(request, task, failure('late', 'was asked while the evaluator was starting'))
      return
    }
    const { working } = active
    if (working !== undefined) {
      const source = this.#sourceOf(working.task)
      this.#answer(request, working.task, failure('late', `was not done when the ${request.withinMs} ms were over`))
      this.#watch(active, working.task, source)
    }
    if (!this.#requests.has(request.id)) return
    active.tell({ type: 'forget', request: request.id })
    this.#settle(request)
  }

  /** Ends the thread once one task has kept it for too long. */
  #watch(thread: PolicyThread, task: number, source: string | undefined): void {
    const { working } = thread
    if (this.#threads[0] !== thread || working?.task !== task) return
    if (working.forMs < hangsAfterMs) {
      setTimeout(() => this.#watch(thread, task, source), hangsAfterMs - working.forMs).unref()
      return
    }
    const tookMs = Math.floor(working.forMs)
    this.#log.warn({ event: 'policyHung', tookMs }, 'an expression of a policy hangs: its thread is replaced')
    this.#reject(task, source, failure('late', `took longer than ${tookMs} ms`))
    this.#replace(thread)
  }

  #sourceOf(task: number): string | undefined {
    for (const { open, sources } of this.#requests.values()) {
      const place = open.get(task)
      if (place !== undefined) return sources[place]?.source
    }
    return undefined
  }

  /** The next ones are not made to wait for this expression; whoever still waits hears why it is not answered. */
  #reject(task: number, source: string | undefined, outcome: PolicyOutcome): void {
    if (this.#rejected.size >= mostRejected) this.#rejected.clear()
    if (source !== undefined) this.#rejected.set(source, performance.now() + rejectedMs)
    for (const request of this.#requests.values()) this.#answer(request, task, outcome)
  }

  #replace(thread: PolicyThread): void {
    this.#replacements += 1
    this.#threads = this.#threads.filter((other) => other !== thread)
    void thread.end()
    const [next] = this.#threads
    if (next?.isReady === true) this.#takeOver(next)
    this.#fill()
  }

  #takeOver(thread: PolicyThread): void {
    for (const request of this.#requests.values()) {
      this.#answerRejected(request)
      if (request.open.size > 0) this.#send(thread, request)
    }
  }

  /** One thread after the other, so that the spare does not slow down the start of the first. */
  #fill(): void {
    if (this.#isClosed || this.#restart !== undefined || this.#threads.length >= 2) return
    if (this.#threads.some(({ isReady }) => !isReady)) return
    const thread = new PolicyThread(this.#sources, this.#spawn, {
      onReady: (ready) => {
        this.#pauseMs = firstPauseMs
        this.#firstReady.resolve()
        if (this.#threads[0] === ready) this.#takeOver(ready)
        this.#fill()
      },
      onDone: (message) => this.#hear(message),
      onDeath: (dead, reason) => this.#bury(dead, reason),
    })
    this.#threads = [...this.#threads, thread]
  }

  #hear({ request: id, id: task, result }: Extract<PolicyMessageToMain, { readonly type: 'done' }>): void {
    const request = this.#requests.get(id)
    if (request !== undefined) this.#answer(request, task, result.ok ? ok(result.value) : failure('failed', result.error))
  }

  /** A thread that ended by itself: it ran out of memory, or it is our bug. */
  #bury(thread: PolicyThread, reason: unknown): void {
    const { isReady, working } = thread
    this.#log.error({ event: 'policyWorkerDied', err: reason }, 'the thread that evaluates policies died and is replaced')
    if (working !== undefined)
      this.#reject(working.task, this.#sourceOf(working.task), failure('failed', 'needs more memory than it may use'))
    if (isReady) {
      this.#replace(thread)
      return
    }
    // Before it was ready: the next would do the same at once.
    this.#threads = this.#threads.filter((other) => other !== thread)
    this.#replacements += 1
    this.#restart = setTimeout(() => {
      this.#restart = undefined
      this.#fill()
    }, this.#pauseMs)
    this.#restart.unref()
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2)
  }
}
