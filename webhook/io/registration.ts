// Keeps the two webhook configurations filled in: at the start, after somebody's edit, after a change of the certificate authority.
import type { Fields } from '../../core/shape.ts'
import { ApiError } from '../../kube/api-error.ts'
import type { KubeClient } from '../../kube/client.ts'
import { type Clock, systemClock } from '../../kube/clock.ts'
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

/** So long a replica waits for the proof before it takes part itself: the one that it waits for may be gone. */
const proofPatienceMs = 10_000

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
  readonly clock?: Clock
}

export class Registrar {
  readonly #options: RegistrarOptions
  readonly #log: Logger
  readonly #reflectors: Readonly<Record<Call, Reflector<WebhookConfiguration>>>
  readonly #queue: WorkQueue
  readonly #clock: Clock
  /** The API server has been told of the webhook with our authority. */
  readonly #registered = new Set<Call>()
  /** It has been shown to call us, and refuses when it cannot. */
  readonly #inForce = new Set<Call>()
  /** Monotonic. */
  #registeredAt: number | undefined
  /** It was us who registered first: without an endpoint that is ready nothing can ever be proven. */
  #isFirst = false
  #isReady = false
  readonly #failedProbes = new Map<Call, number>()
  readonly #lastSaid = new Map<Call, string>()

  constructor(options: RegistrarOptions) {
    const { client, log } = options
    this.#options = options
    this.#clock = options.clock ?? systemClock
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

  /**
   * Why the API server should not call this replica yet; once undefined it stays so, because going away would repair nothing.
   *
   * At a first installation the replica that registers first is called at once, so that the path can be proven, and the others only when wrong objects are
   * refused for certain: that is when a roll-out is over.
   */
  get gap(): string | undefined {
    this.#isReady ||= this.#mayBeCalled()
    if (this.#isReady) return undefined
    return this.#registeredAt === undefined
      ? 'the webhook configurations do not hold our certificate authority yet'
      : 'it is not proven yet that the API server reaches the webhook'
  }

  #mayBeCalled(): boolean {
    if (this.#registeredAt === undefined) return false
    return this.#isFirst || this.#inForce.size === calls.length || this.#clock.now() - this.#registeredAt > proofPatienceMs
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
    if (isRegisteredWith(current, authority)) this.#registered.add(call)
    if (this.#registered.size === calls.length) this.#registeredAt ??= this.#clock.now()
    const step = planRegistration(current, facts)
    this.#say(call, step)
    if (step.type === 'enforced' || step.type === 'superseded') this.#inForce.add(call)
    if (current === undefined) return
    if (step.type === 'write') await this.#register(current, facts, step.policy)
    if (step.type === 'entrust' && (await this.#write(call, entrustPatch(current, facts))))
      this.#log.info({ event: 'webhookEntrusted', call }, 'the API server asks this webhook from now on, and refuses when it cannot')
    if (step.type === 'withdraw' && (await this.#write(call, withdrawalPatch(current))))
      this.#log.info({ event: 'webhookWithdrawn', call }, 'the webhook is withdrawn: our namespace ends')
    if (step.type === 'prove') await this.#prove(current, facts)
  }

  async #prove(current: WebhookConfiguration, facts: RegistrationFacts): Promise<void> {
    const { call } = facts
    const obstacle = await probeWebhook(this.#options.client, call, facts.namespace)
    if (obstacle === undefined) {
      this.#failedProbes.delete(call)
      this.#log.info({ event: 'webhookProven', call }, 'a request of our own has come back through the API server')
      return this.#register(current, facts, 'Fail')
    }
    const failed = (this.#failedProbes.get(call) ?? 0) + 1
    this.#failedProbes.set(call, failed)
    const again = failed < quickProbes ? Math.min(firstProbeMs * 2 ** Math.min(failed - 1, 10), quickProbeMs) : slowProbeMs
    this.#log[failed === quickProbes ? 'warn' : 'debug'](
      { event: 'webhookNotProven', call, reason: obstacle, attempts: failed },
      'a request of our own has not come back through the API server yet',
    )
    this.#queue.addAfter(call, again)
  }

  async #register(current: WebhookConfiguration, facts: RegistrationFacts, policy: OwnPolicy): Promise<void> {
    const written = await this.#write(facts.call, registrationPatch(current, facts, policy))
    if (written && policy === 'Ignore' && facts.call === 'mutating') this.#isFirst = true
    if (written)
      this.#log.info({ event: 'webhookRegistered', call: facts.call, failurePolicy: policy }, 'the registration of the webhook is written')
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
      const message = `there is no ${call} webhook configuration "${configurationName}": apply the manifests`
      this.#log.warn({ event: 'webhookConfigurationMissing', call }, message)
    }
    if (step.type === 'superseded')
      this.#log.info({ event: 'webhookSuperseded', call, by: step.by }, 'a newer replica has the registration')
  }
}
