// Questions to the webhook through the real API server, at a steady rate, with every answer judged: what `kubectl apply` would have met.
import type { KubeClient } from '../../kube/client.ts'
import { resources } from '../../kube/resources.ts'

export interface LoadResult {
  /** What was not answered as it should be: a right pool refused, a wrong one accepted, a call that failed. */
  readonly failures: readonly string[]
}

const wrong = ['203.0.113.9-203.0.113.1']
const right = ['203.0.113.0/28']

/** Every write of a pool is two requests to the webhook, by the mutating and the validating call. */
const callsPerWrite = 2

/**
 * Pretends to create pools while `work` runs, right and wrong ones by turns; nothing is stored.
 *
 * @param callsPerSecond requests to the webhook; sent whether or not the former ones are answered
 */
export async function underLoad(kube: KubeClient, callsPerSecond: number, work: () => Promise<void>): Promise<LoadResult> {
  const failures: string[] = []
  const open = new Set<Promise<void>>()
  let sent = 0
  const timer = setInterval(
    () => {
      const number = sent++
      const asked = ask(kube, number).then((failure) => {
        if (failure !== undefined) failures.push(`${new Date().toISOString()} ${failure}`)
        open.delete(asked)
      })
      open.add(asked)
    },
    (1000 / callsPerSecond) * callsPerWrite,
  )
  try {
    await work()
  } finally {
    clearInterval(timer)
    await Promise.all(open)
  }
  return { failures }
}

async function ask(kube: KubeClient, number: number): Promise<string | undefined> {
  const isRight = number % 2 === 0
  const pool = {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: { name: `load-${number}`, namespace: 'metallb-system' },
    spec: { addresses: isRight ? right : wrong, autoAssign: false },
  }
  const answer = await kube.create(resources.ipAddressPools, pool, { dryRun: true, deadlineMs: 20_000 }).then(
    () => 'accepted',
    (error: unknown) => String(error),
  )
  const isExpected = isRight ? answer === 'accepted' : answer.includes('[RangeReversed]')
  return isExpected ? undefined : `a ${isRight ? 'right' : 'wrong'} pool: ${answer}`
}
