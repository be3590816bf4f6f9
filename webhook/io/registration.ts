// Keeps the two webhook configurations filled in: at the start, after somebody's edit, after a change of the certificate authority.
import type { Fields } from '../../core/shape.ts'
import { ApiError } from '../../kube/api-error.ts'
import type { KubeClient } from '../../kube/client.ts'
import { type Logger, named } from '../../kube/logger.ts'
import { WorkQueue } from '../../kube/queue.ts'
import { Reflector } from '../../kube/reflector.ts'
import { type Resource, resources } from '../../kube/resources.ts'
import type { Call } from '../probe.ts'
import {
  configurationName,
  entrustPatch,
  isRegisteredWith,
  isTrusted,
  type OwnPolicy,
  planRegistration,
  type RegistrationFacts,
  type RegistrationStep,
  registrationPatch,
  type WebhookConfiguration,
  withdrawalPatch,
} from '../registration.ts'
import { probeWebhook } from './probe.ts'

const calls: readonly Call[] = ['mutating', 'validating']
const resourceOf: Readonly<Record<Call, Resource>> = {
  mutating: resources.mutatingWebhookConfigurations,
  validating: resources.validatingWebhookConfigurations,
}

/** The API server learns of a new configuration by a watch, and the node's proxy of a new endpoint: milliseconds to a second or two. */
const firstProbeMs = 50
const quickProbeMs = 500
/** After so many attempts something is wrong that needs a human. */
const quickProbes = 30
const slowProbeMs = 5_000

export interface RegistrarOptions {
  readonly client: KubeClient
  readonly facts: Pick<RegistrationFacts, 'namespace' | 'service' | 'classes'>
  /** Whom the API server shall trust; undefined while we serve nothing. */
  readonly certificates: () => Pick<RegistrationFacts, 'bundle' | 'authority'> | undefined
  /** Our namespace is being deleted. */
  readonly isEnding: () => boolean
  readonly log: Logger
}

export class Registrar {
  readonly #options: RegistrarOptions
  readonly #log: Logger
  readonly #reflectors: Readonly<Record<Call, Reflector<WebhookConfiguration>>>
  readonly #queue: WorkQueue
  readonly #seen = new Set<Call>()
  readonly #failedProbes = new Map<Call, number>()
  readonly #lastSaid = new Map<Call, string>()

  constructor(options: RegistrarOptions) {
    const { client, log } = options
    this.#options = options
    this.#log = named(log, 'webhook/registration')
    const reflect = (call: Call): Reflector<WebhookConfiguration> =>
      new Reflector<WebhookConfiguration>({
        client,
        resource: resourceOf[call],
        fieldSelector: `metadata.name=${configurationName}`,
        log: named(log, 'kube/reflector'),
      })
    this.#reflectors = { mutating: reflect('mutating'), validating: reflect('validating') }
    this.#queue = new WorkQueue({
      process: (call) => this.#step(call as Call),
      concurrency: calls.length,
      log: this.#log,
      maxDelayMs: 30_000,
    })
  }

  /** To be called when TLS is served and the caches are warm: from here on the API server may call us. */
  start(): void {
    for (const call of calls) {
      const reflector = this.#reflectors[call]
      reflector.store.subscribe(() => {
        this.#queue.add(call)
      })
      reflector.start()
      void reflector.whenSynced().then(() => {
        this.#queue.add(call)
      })
    }
  }

  /** The certificates have changed, or our namespace is going. */
  refresh(): void {
    for (const call of calls) if (this.#reflectors[call].synced) this.#queue.add(call)
  }

  async stop(): Promise<void> {
    await Promise.all([...calls.map((call) => this.#reflectors[call].stop()), this.#queue.stop()])
  }

  /** The API server has been told of both webhooks with our authority; once true it stays so, because going away would repair nothing. */
  get registered(): boolean {
    return this.#seen.size === calls.length
  }

  /** Whether the API server trusts this authority in all that it calls us for; where it does not call us, nothing is lost. */
  trusts(authority: string): boolean {
    return calls.every((call) => {
      const { synced, store } = this.#reflectors[call]
      return synced && isTrusted(store.get(configurationName), authority)
    })
  }

  async #step(call: Call): Promise<void> {
    const certificates = this.#options.certificates()
    if (certificates === undefined) return
    const { bundle, authority } = certificates
    const facts: RegistrationFacts = { ...this.#options.facts, call, bundle, authority, isEnding: this.#options.isEnding() }
    const current = this.#reflectors[call].store.get(configurationName)
    if (isRegisteredWith(current, authority)) this.#seen.add(call)
    const step = planRegistration(current, facts)
    this.#say(call, step)
    if (current === undefined) return
    if (step.type === 'write') await this.#register(current, facts, step.policy)
    if (step.type === 'entrust' && (await this.#write(call, entrustPatch(current, facts))))
      this.#log.info({ event: 'webhookEntrusted', call })
    if (step.type === 'withdraw' && (await this.#write(call, withdrawalPatch(current)))) this.#log.info({ event: 'webhookWithdrawn', call })
    if (step.type === 'prove') await this.#prove(current, facts)
  }

  async #prove(current: WebhookConfiguration, facts: RegistrationFacts): Promise<void> {
    const { call } = facts
    const obstacle = await probeWebhook(this.#options.client, call, facts.namespace)
    if (obstacle === undefined) {
      this.#failedProbes.delete(call)
      this.#log.info({ event: 'webhookProven', call })
      return this.#register(current, facts, 'Fail')
    }
    const failed = (this.#failedProbes.get(call) ?? 0) + 1
    this.#failedProbes.set(call, failed)
    const again = failed < quickProbes ? Math.min(firstProbeMs * 2 ** Math.min(failed - 1, 10), quickProbeMs) : slowProbeMs
    this.#log[failed === quickProbes ? 'warn' : 'debug']({ event: 'webhookNotProven', call, reason: obstacle, attempts: failed })
    this.#queue.addAfter(call, again)
  }

  async #register(current: WebhookConfiguration, facts: RegistrationFacts, policy: OwnPolicy): Promise<void> {
    const written = await this.#write(facts.call, registrationPatch(current, facts, policy))
    if (written) this.#log.info({ event: 'webhookRegistered', call: facts.call, failurePolicy: policy })
  }

  /** False when somebody else wrote in between: the watch brings what, and we look again. */
  async #write(call: Call, body: Fields): Promise<boolean> {
    try {
      await this.#options.client.patch(resourceOf[call], configurationName, {
        patch: 'merge',
        body,
        fieldManager: 'metallb-webhook',
        deadlineMs: 5_000,
      })
      return true
    } catch (error) {
      if (error instanceof ApiError && (error.status === 409 || error.status === 404)) return false
      throw error
    }
  }

  /** Lasting conditions are said when they begin, not each time they are met. */
  #say(call: Call, step: RegistrationStep): void {
    const said = step.type === 'missing' || step.type === 'superseded' ? step.type : ''
    if (said === (this.#lastSaid.get(call) ?? '')) return
    this.#lastSaid.set(call, said)
    if (step.type === 'missing') {
      this.#log.warn({
        event: 'webhookConfigurationMissing',
        call,
        reason: `there is no ${call} webhook configuration "${configurationName}": apply the manifests`,
      })
    }
    if (step.type === 'superseded') this.#log.info({ event: 'webhookSuperseded', call, by: step.by })
  }
}
