// The product on the shared lab, put in place and looked at as users do.
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { eventually, objectFile } from '../../demo/stage.ts'
import type { Lab } from '../lab/lab.ts'
import { until } from '../lab/wait.ts'
import { overlay } from './product-lab.ts'

export const namespace = 'metallb-system'
export const crds = fileURLToPath(new URL('../../schemas/crds', import.meta.url))
const workloads = ['deployment/webhook', 'deployment/controller', 'daemonset/speaker']

/** What kubectl prints; it must succeed. */
export async function must(lab: Lab, argv: readonly string[], objects?: readonly object[]): Promise<string> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
  const { code, stdout, stderr } = await lab.kubectl(argv, objects === undefined ? {} : { input: list })
  expect(code, `kubectl ${argv.join(' ')}: ${stderr}`).to.equal(0)
  return stdout
}

export function addressOfWeb(lab: Lab): Promise<string> {
  return must(lab, ['get', 'service', 'web', '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}'])
}

export async function addPoolAndService(lab: Lab): Promise<void> {
  await must(lab, ['apply', '-f', objectFile('pool.yaml')])
  await must(lab, ['apply', '-f', objectFile('service.yaml')])
  await eventually('the Service to get an address', 20_000, async () => {
    const seen = await addressOfWeb(lab)
    return seen === '10.99.0.200' ? { value: seen, seen } : { seen }
  })
}

export async function install(lab: Lab): Promise<void> {
  await must(lab, ['apply', '-k', overlay])
}

export async function untilRolledOut(lab: Lab): Promise<void> {
  for (const workload of workloads) await must(lab, ['rollout', 'status', workload, '-n', namespace, '--timeout=60s'])
}

/** A roll-out is over while the last of the old pods still serve those who know them. */
export async function untilOldPodsAreGone(lab: Lab): Promise<void> {
  const leaving = (): Promise<string> =>
    must(lab, ['get', 'pods', '-n', namespace, '-o', 'jsonpath={.items[*].metadata.deletionTimestamp}'])
  await until('the old pods to be gone', async () => ((await leaving()) === '' ? true : undefined), { limitMs: 40_000, everyMs: 500 })
}
