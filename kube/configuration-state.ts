// One ConfigurationState object: whether this process could use the configuration. Written on change only, at most once a second, and made again when somebody deletes it.

import type { ConfigurationState, ConfigurationStateStatus } from '../schemas/generated/types.ts'
import { ApiError, type KubeClient, resources } from './client.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Logger, named } from './logger.ts'
import { WorkQueue } from './queue.ts'
import { Reflector } from './reflector.ts'

export interface ConfigurationStateOptions {
  readonly client: KubeClient
  /** MetalLB's own. */
  readonly namespace: string
  /** `controller` or `speaker-NODE`. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** The object goes with it; undefined outside of a Pod. */
  readonly pod: { readonly name: string; readonly uid: string } | undefined
  readonly condition: 'poolReconcilerValid' | 'configReconcilerValid'
  /** Of the server-side apply. */
  readonly fieldManager: 'poolReconciler' | 'configReconciler'
  /** Asked right before each write; always when not set. */
  readonly mayWrite?: () => boolean
  readonly log: Logger
  readonly clock?: Clock
}

const intervalMs = 1000
/** The limit of the API for a condition's message. */
const longestMessage = 32_768

export class ConfigurationStateWriter {
  readonly #options: ConfigurationStateOptions
  readonly #clock: Clock
  readonly #reflector: Reflector<ConfigurationState>
  readonly #queue: WorkQueue
  #problems: readonly string[] | undefined
  #writtenAt = Number.NEGATIVE_INFINITY
  #isStopped = false

  constructor(options: ConfigurationStateOptions) {
    const { client, name, namespace } = options
    this.#options = options
    this.#clock = options.clock ?? systemClock
    const log = named(options.log, 'kube/configuration-state')
    const fieldSelector = `metadata.name=${name}`
    this.#reflector = new Reflector<ConfigurationState>({ client, resource: resources.configurationStates, namespace, fieldSelector, log })
    this.#queue = new WorkQueue({ process: () => this.#process(), concurrency: 1, log, clock: this.#clock, baseDelayMs: intervalMs })
  }

  start(): void {
    this.#reflector.store.subscribe(() => this.#queue.add(this.#options.name))
    this.#reflector.start()
    void this.#reflector.whenSynced().then(() => this.#queue.add(this.#options.name))
  }

  /** @param problems complete sentences; none: the configuration could be used */
  report(problems: readonly string[]): void {
    this.#problems = problems
    if (this.#reflector.synced) this.#queue.add(this.#options.name)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all([this.#reflector.stop(), this.#queue.stop()])
  }

  async #process(): Promise<void> {
    if (this.#problems === undefined || this.#isStopped) return
    const { condition, name, namespace } = this.#options
    const object = this.#reflector.store.get(`${namespace}/${name}`)
    const wanted = statusOf(this.#problems)
    if (object !== undefined && showsStatus(object.status, wanted, condition)) return
    const waitMs = this.#writtenAt + intervalMs - this.#clock.now()
    if (waitMs > 0) {
      this.#queue.addAfter(name, waitMs)
      return
    }
    if (this.#options.mayWrite?.() === false) return
    this.#writtenAt = this.#clock.now()
    if (object === undefined) await this.#create()
    await this.#apply(wanted, object)
  }

  async #create(): Promise<void> {
    const { client, labels, name, namespace, pod } = this.#options
    const ownerReferences = pod === undefined ? [] : [{ apiVersion: 'v1', kind: 'Pod', ...pod }]
    const metadata = { name, namespace, labels, ownerReferences }
    await client
      .create(resources.configurationStates, { apiVersion: 'metallb.io/v1beta1', kind: 'ConfigurationState', metadata })
      .catch(unlessThere)
  }

  async #apply(wanted: Wanted, before: ConfigurationState | undefined): Promise<void> {
    const { client, condition: type, fieldManager, name, namespace } = this.#options
    const { result, errorSummary, condition } = wanted
    const known = before?.status?.conditions?.find((each) => each.type === type)
    const now = new Date(this.#clock.wall()).toISOString().replace(/\.\d+Z$/, 'Z')
    const lastTransitionTime = known?.status === condition.status ? known.lastTransitionTime : now
    await client.patch(resources.configurationStates, name, {
      namespace,
      subresource: 'status',
      patch: 'apply',
      force: true,
      fieldManager,
      body: {
        apiVersion: 'metallb.io/v1beta1',
        kind: 'ConfigurationState',
        metadata: { name, namespace },
        status: { result, errorSummary, conditions: [{ type, ...condition, lastTransitionTime }] },
      },
    })
  }
}

interface Wanted {
  readonly result: 'Valid' | 'Invalid'
  readonly errorSummary: string
  readonly condition: { readonly status: 'True' | 'False'; readonly reason: string; readonly message: string }
}

function statusOf(problems: readonly string[]): Wanted {
  if (problems.length === 0) {
    return { result: 'Valid', errorSummary: '', condition: { status: 'True', reason: 'Reconciled', message: '' } }
  }
  const message = `configuration error: ${problems.join('\n')}`.slice(0, longestMessage)
  return { result: 'Invalid', errorSummary: message, condition: { status: 'False', reason: 'ConfigurationError', message } }
}

function showsStatus(shown: ConfigurationStateStatus | undefined, { result, errorSummary, condition }: Wanted, type: string): boolean {
  if (shown?.result !== result || (shown.errorSummary ?? '') !== errorSummary) return false
  const known = shown.conditions?.find((each) => each.type === type)
  return known?.status === condition.status && known.reason === condition.reason && known.message === condition.message
}

/** Made by an earlier process of ours, and not brought by the watch yet. */
function unlessThere(error: unknown): void {
  if (!(error instanceof ApiError) || error.status !== 409) throw error
}
