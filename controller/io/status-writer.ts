// Sends the statuses that plans ask for.
import { annotations } from '../../core/annotations.ts'
import { splitName } from '../../core/namespaced-name.ts'
import type { Service } from '../../core/objects.ts'
import { ApiError, type KubeClient, resources } from '../../kube/client.ts'
import type { Logger } from '../../kube/logger.ts'
import type { WriteStatus } from '../plan.ts'

/** What a write came to, when that is part of life. `changed`: the Service is not the one that was planned for; `gone`: it was deleted. */
export type WriteOutcome =
  | { readonly type: 'written'; readonly object: Service }
  | { readonly type: 'changed' }
  | { readonly type: 'gone' }
  | { readonly type: 'forbidden' }

export class StatusWriter {
  readonly #client: Pick<KubeClient, 'patch'>
  readonly #log: Logger
  /** The log knows that a permission is missing. */
  #isForbidden = false

  constructor(client: Pick<KubeClient, 'patch'>, log: Logger) {
    this.#client = client
    this.#log = log
  }

  /** One request for status and annotation: the status endpoint keeps metadata. Rejects with ApiError when trying again may help. */
  async write(action: WriteStatus): Promise<WriteOutcome> {
    const { namespace, name } = splitName(action.service)
    try {
      const body = statusPatch(action)
      const object = await this.#client.patch<Service>(resources.services, name, { namespace, subresource: 'status', patch: 'merge', body })
      this.#isForbidden = false
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
function statusPatch({ resourceVersion, addresses, pool }: WriteStatus): unknown {
  return {
    metadata: { resourceVersion, annotations: { [annotations.allocatedFromPool]: pool ?? null } },
    status: { loadBalancer: { ingress: addresses.length === 0 ? null : addresses.map((ip) => ({ ip, ipMode: 'VIP' })) } },
  }
}
