// Leader election on a Lease of coordination.k8s.io/v1: requests and the one timer around election.ts.
import type { Lease } from '../core/objects.ts'
import { latest } from '../core/resource-version.ts'
import { instant, millis } from '../core/time.ts'
import { ApiError, type KubeClient, resources } from './client.ts'
import { type Clock, systemClock } from './clock.ts'
import {
  beginElection,
  claim,
  type Election,
  type ElectionEffect,
  type ElectionEvent,
  leads,
  nextDeadline,
  step,
  unclaimed,
} from './election.ts'
import { type Logger, named } from './logger.ts'
import { Reflector } from './reflector.ts'

export interface LeaderElectionOptions {
  readonly client: KubeClient
  readonly namespace: string
  readonly name: string
  /** Of this process alone: the Pod's name. */
  readonly identity: string
  /** 15 s when not set: how long others wait for a leader that fell silent. */
  readonly leaseDurationMs?: number
  /** 10 s when not set: how long a leader that cannot renew goes on. */
  readonly renewDeadlineMs?: number
  /** 2 s when not set. */
  readonly retryPeriodMs?: number
  /** The resourceVersion of the last object that this process wrote as leader, for the next leader to read; '' for none. */
  readonly lastWrite?: () => string
  /** @param lastWrite as the leaders before knew it at their last renewal */
  readonly onStartedLeading: (lastWrite: string) => void
  /** On stop(), the lease is released only after the returned promise settles. */
  readonly onStoppedLeading: () => void | Promise<void>
  readonly log: Logger
  readonly clock?: Clock
}

const lastWriteAnnotation = 'metallb.io/last-write'

export class LeaderElection {
  readonly #options: LeaderElectionOptions
  readonly #clock: Clock
  readonly #log: Logger
  readonly #stopping = new AbortController()
  /** Tells of a change long before the next attempt: of a release above all. Nothing rests on it. */
  readonly #watch: Reflector<Lease>
  #election: Election
  #timer = new AbortController()
  /** The request under way, if any. */
  #request: Promise<void> = Promise.resolve()
  #failing = false

  /** Throws RangeError when the three durations cannot work together. */
  constructor(options: LeaderElectionOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#log = named(options.log, 'kube/lease').child({ lease: `${options.namespace}/${options.name}` })
    const { client, name, namespace, leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = options
    const fieldSelector = `metadata.name=${name}`
    this.#watch = new Reflector<Lease>({
      client,
      resource: resources.leases,
      namespace,
      fieldSelector,
      log: options.log,
      clock: this.#clock,
      timing: { longestPause: retryPeriodMs },
    })
    if (!(leaseDurationMs > renewDeadlineMs && renewDeadlineMs > retryPeriodMs * 1.2))
      throw new RangeError(
        `lease duration (${leaseDurationMs} ms) > renew deadline (${renewDeadlineMs} ms) > 1.2 retry periods (of ${retryPeriodMs} ms) must hold`,
      )
    this.#election = beginElection(
      {
        identity: options.identity,
        leaseDuration: millis(leaseDurationMs),
        renewDeadline: millis(renewDeadlineMs),
        retryPeriod: millis(retryPeriodMs),
      },
      instant(this.#clock.now()),
    )
  }

  start(): void {
    this.#watch.store.subscribe(({ object, type }) => this.#apply({ type: 'changed', lease: type === 'deleted' ? undefined : object }))
    this.#watch.start()
    this.#apply({ type: 'due' })
  }

  /** Stops leading, then releases the lease so that a successor need not wait it out. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    const wasLeader = this.isLeader()
    this.#stopping.abort(new Error('stopped'))
    this.#timer.abort()
    if (this.#election.leadingUntil !== undefined) await this.#options.onStoppedLeading()
    await Promise.all([this.#request, this.#watch.stop()])
    if (wasLeader) await this.#release()
  }

  /** Whether the last successful renewal still covers this moment; ask right before each write. */
  isLeader(): boolean {
    return !this.#stopping.signal.aborted && leads(this.#election, instant(this.#clock.now()))
  }

  #apply(event: ElectionEvent): void {
    if (this.#stopping.signal.aborted) return
    const [election, effects] = step(this.#election, event, instant(this.#clock.now()), this.#clock.random())
    this.#election = election
    for (const effect of effects) this.#perform(effect)
    this.#arm()
  }

  #perform(effect: ElectionEffect): void {
    switch (effect.type) {
      case 'read':
        this.#request = this.#read()
        break
      case 'create':
        this.#request = this.#create()
        break
      case 'write':
        this.#request = this.#write(effect.over)
        break
      case 'startedLeading':
        this.#log.info({ event: 'startedLeading', identity: this.#options.identity }, 'this replica leads')
        this.#options.onStartedLeading(lastWriteOf(this.#election.seen?.lease))
        break
      case 'stoppedLeading':
        this.#log.warn({ event: 'stoppedLeading', reason: effect.reason }, 'this replica leads no more')
        void this.#options.onStoppedLeading()
        break
    }
  }

  #arm(): void {
    this.#timer.abort()
    const at = nextDeadline(this.#election)
    if (at === Number.POSITIVE_INFINITY) return
    const timer = new AbortController()
    this.#timer = timer
    void this.#clock.sleep(Math.max(0, at - this.#clock.now()), timer.signal).then(() => {
      if (!timer.signal.aborted) this.#apply({ type: 'due' })
    })
  }

  async #read(): Promise<void> {
    const { client, name, namespace } = this.#options
    try {
      const lease = await client.get<Lease>(resources.leases, name, namespace, this.#requestOptions())
      this.#answered({ type: 'read', lease })
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.#answered({ type: 'read', lease: undefined })
      else this.#failed(error)
    }
  }

  async #create(): Promise<void> {
    const { client, name, namespace } = this.#options
    const spec = unclaimed(this.#election.settings)
    const object = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, spec }
    await this.#send(async () => {
      const lease = await client.create<Lease>(resources.leases, object, this.#requestOptions())
      return { type: 'read', lease }
    })
  }

  async #write(over: Lease): Promise<void> {
    const spec = claim(this.#election.settings, over, this.#microTime())
    await this.#send(async () => {
      const lease = await this.#options.client.replace<Lease>(resources.leases, { ...this.#noted(over), spec }, this.#requestOptions())
      return { type: 'written', lease }
    })
  }

  async #send(request: () => Promise<ElectionEvent>): Promise<void> {
    try {
      this.#answered(await request())
    } catch (error) {
      // 409: somebody was faster; 404: somebody deleted it.
      if (error instanceof ApiError && (error.status === 409 || error.status === 404)) this.#answered({ type: 'conflict' })
      else this.#failed(error)
    }
  }

  /** Gives the lease up in the API. Best effort: whoever waits it out comes later, that is all. */
  async #release(): Promise<void> {
    const { client, identity, name, namespace } = this.#options
    try {
      const lease = await client.get<Lease>(resources.leases, name, namespace, { deadlineMs: 2_000 })
      // Somebody has it already, who was waiting for its end.
      if (lease.spec?.holderIdentity !== identity) return
      const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: this.#microTime() }
      await client.replace(resources.leases, { ...this.#noted(lease), spec }, { deadlineMs: 2_000 })
      this.#log.info({ event: 'leaseReleased' }, 'the Lease is released')
    } catch (error) {
      this.#log.warn({ event: 'leaseNotReleased', err: error }, 'the Lease could not be released: others wait until it runs out')
    }
  }

  /** A successor must not begin with less than what was written. */
  #noted(lease: Lease): Lease {
    const lastWrite = latest(lastWriteOf(lease), this.#options.lastWrite?.() ?? '')
    if (lastWrite === '') return lease
    const annotations = { ...lease.metadata.annotations, [lastWriteAnnotation]: lastWrite }
    return { ...lease, metadata: { ...lease.metadata, annotations } }
  }

  #answered(event: ElectionEvent): void {
    this.#failing = false
    this.#apply(event)
  }

  #failed(error: unknown): void {
    // An outage is one line, not one each retry period.
    if (!this.#failing && !this.#stopping.signal.aborted)
      this.#log.warn({ event: 'leaseUnreachable', err: error }, 'the Lease cannot be read or renewed')
    this.#failing = true
    this.#apply({ type: 'failed' })
  }

  /** Half the renew deadline: a request that hangs leaves time for another one. */
  #requestOptions(): { readonly deadlineMs: number; readonly signal: AbortSignal } {
    return { deadlineMs: this.#election.settings.renewDeadline / 2, signal: this.#stopping.signal }
  }

  #microTime(): string {
    return new Date(this.#clock.wall()).toISOString().replace('Z', '000Z')
  }
}

/** '' when it says none, or nothing that is a version. */
function lastWriteOf(lease: Lease | undefined): string {
  return latest(lease?.metadata.annotations?.[lastWriteAnnotation] ?? '', '')
}
