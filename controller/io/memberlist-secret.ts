// The Secret by which speakers of MetalLB know each other: made once, never changed.
import { randomBytes } from 'node:crypto'
import type { KubeObject, Secret } from '../../core/objects.ts'
import { ApiError, type KubeClient, resources } from '../../kube/client.ts'
import type { Logger } from '../../kube/logger.ts'
import { WorkQueue } from '../../kube/queue.ts'

export interface MemberlistSecretOptions {
  readonly client: Pick<KubeClient, 'create' | 'get'>
  readonly namespace: string
  readonly name: string
  /** The Secret goes with this Deployment; '' for none. */
  readonly deployment: string
  readonly log: Logger
}

/** Tries until the Secret is there, whoever made it. @returns ends the trying */
export function ensureMemberlistSecret(options: MemberlistSecretOptions): () => Promise<void> {
  const { log, name } = options
  const queue = new WorkQueue({ process: () => ensure(options), concurrency: 1, log, baseDelayMs: 1000 })
  queue.add(name)
  return () => queue.stop()
}

async function ensure({ client, deployment, log, name, namespace }: MemberlistSecretOptions): Promise<void> {
  if (await succeeds(client.get<Secret>(resources.secrets, name, namespace), 404)) return
  const owner = deployment === '' ? undefined : await client.get<KubeObject>(resources.deployments, deployment, namespace)
  const { uid = '' } = owner?.metadata ?? {}
  const ownerReferences = owner === undefined ? [] : [{ apiVersion: 'apps/v1', kind: 'Deployment', name: deployment, uid }]
  // MetalLB's form: 16 random octets in base64 without padding are the key's text, which the Secret holds in base64 once more.
  const key = randomBytes(16).toString('base64').replace(/=+$/, '')
  const data = { secretkey: Buffer.from(key).toString('base64') }
  const made = client.create(resources.secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, ownerReferences },
    data,
  })
  if (await succeeds(made, 409))
    log.info({ event: 'memberlistSecretMade', secret: `${namespace}/${name}` }, 'the Secret of the membership of speakers is made')
}

/** False when the API server answers with that status: 404, it is not there; 409, somebody else was quicker. */
async function succeeds(call: Promise<unknown>, otherwise: 404 | 409): Promise<boolean> {
  try {
    await call
    return true
  } catch (error) {
    if (error instanceof ApiError && error.status === otherwise) return false
    throw error
  }
}
