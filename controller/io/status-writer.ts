// Sends the statuses that plans ask for.
import { annotations } from '../../core/annotations.ts'
import { splitName } from '../../core/namespaced-name.ts'
import type { Service } from '../../core/objects.ts'
import { latest } from '../../core/resource-version.ts'
import { type AllocatedCondition, allocatedConditionType } from '../../core/service.ts'
import type { WriteStatus } from '../../core/service-plan.ts'
import { ApiError, type KubeClient, resources } from '../../kube/client.ts'
import type { Clock } from '../../kube/clock.ts'
import type { Logger } from '../../kube/logger.ts'
import type { Condition } from '../../schemas/object-meta.ts'

/** What a write came to, when that is part of life. `changed`: the Service is not the one that was planned for; `gone`: it was deleted. */
export type WriteOutcome =
  | { readonly type: 'written'; readonly object: Service }
  | { readonly type: 'changed' }
  | { readonly type: 'gone' }
  | { readonly type: 'forbidden' }

export class StatusWriter {
  readonly #client: Pick<KubeClient, 'patch'>
  readonly #log: Logger
  readonly #clock: Clock
  /** The version of the latest Service that was written; '' for none. */
  lastWrite = ''
  /** The log knows that a permission is missing. */
  #isForbidden = false

  constructor(client: Pick<KubeClient, 'patch'>, log: Logger, clock: Clock) {
    this.#client = client
    this.#log = log
    this.#clock = clock
  }

  /**
   * One request for status and annotation: the status endpoint keeps metadata. Rejects with ApiError when trying again may help.
   *
   * @param before the Service that was planned for, or an older state of it: then the precondition fails
   */
  async write(action: WriteStatus, before: Service): Promise<WriteOutcome> {
    const { namespace, name } = splitName(action.service)
    try {
      const body = statusPatch(action, before, new Date(this.#clock.wall()))
      const object = await this.#client.patch<Service>(resources.services, name, { namespace, subresource: 'status', patch: 'merge', body })
      this.#isForbidden = false
      this.lastWrite = latest(this.lastWrite, object.metadata.resourceVersion ?? '')
      return { type: 'written', object }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      switch (error.status) {
        case 404:
          return { type: 'gone' }
        case 409:
          return { type: 'changed' }
        case 403:
          if (!this.#isForbidden) this.#log.error({ event: 'permissionMissing', err: error })
          this.#isForbidden = true
          return { type: 'forbidden' }
        default:
          throw error
      }
    }
  }
}

/** The resourceVersion is the precondition: a Service that changed since it was planned refuses (409). */
function statusPatch({ resourceVersion, addresses, pool, condition }: WriteStatus, before: Service, now: Date): unknown {
  const conditions = conditionsPatch(before.status?.conditions ?? [], condition, now)
  return {
    metadata: { resourceVersion, annotations: { [annotations.allocatedFromPool]: pool ?? null } },
    status: { loadBalancer: { ingress: addresses.length === 0 ? null : addresses.map((ip) => ({ ip, ipMode: 'VIP' })) }, ...conditions },
  }
}

/** A merge patch replaces the whole list: the conditions of others go with ours. */
function conditionsPatch(
  before: readonly Condition[],
  condition: AllocatedCondition | undefined,
  now: Date,
): { readonly conditions?: readonly Condition[] } {
  const own = before.find(({ type }) => type === allocatedConditionType)
  const others = before.filter((other) => other !== own)
  if (condition === undefined) return own === undefined ? {} : { conditions: others }
  const since = own?.status === condition.status ? own.lastTransitionTime : undefined
  const lastTransitionTime = since ?? now.toISOString().replace(/\.\d+Z$/, 'Z')
  return { conditions: [...others, { type: allocatedConditionType, ...condition, lastTransitionTime }] }
}
