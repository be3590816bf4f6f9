// Sends the proof's question: a dry-run CREATE that only our own webhook can refuse in the right words.
import { randomBytes } from 'node:crypto'
import { ApiError } from '../../kube/api-error.ts'
import type { KubeClient } from '../../kube/client.ts'
import { resources } from '../../kube/resources.ts'
import { type Call, isProof, probePool } from '../probe.ts'

/**
 * Asks the API server to pretend to create a pool that the webhook of `call` refuses; nothing is ever stored.
 *
 * @returns undefined when the refusal came back; else what came instead, in words
 */
export async function probeWebhook(client: KubeClient, call: Call, namespace: string): Promise<string | undefined> {
  const nonce = randomBytes(8).toString('hex')
  try {
    await client.create(resources.ipAddressPools, probePool(call, nonce, namespace), { dryRun: true, deadlineMs: 5_000 })
    return `the API server does not call the ${call} webhook yet`
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return isProof(call, nonce, error.message) ? undefined : error.message
  }
}
