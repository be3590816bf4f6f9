// Installs the product the way its users do, and replaces its programs while it runs.
import { join } from 'node:path'
import type { Lab } from './lab.ts'

const overlay = join(import.meta.dirname, '../../manifests/lab')
const namespace = 'metallb-system'
const workloads = ['deployment/webhook', 'deployment/controller', 'daemonset/speaker']
const limitSeconds = 90

/** Applies the manifests and waits until everything is rolled out. The images must be in the nodes. */
export async function installProduct(lab: Lab, progress: (line: string) => void, signal?: AbortSignal): Promise<void> {
  await must(lab, ['apply', '-k', overlay], signal)
  progress('the manifests are applied')
  await rolledOut(lab, progress, signal)
}

/** Takes images into use that have been imported over those of the same name, with the manifests that belong to them: a new program may need a new permission. */
export async function restartProduct(lab: Lab, progress: (line: string) => void): Promise<void> {
  await must(lab, ['apply', '-k', overlay])
  await must(lab, ['rollout', 'restart', '--namespace', namespace, ...workloads])
  await rolledOut(lab, progress)
}

async function rolledOut(lab: Lab, progress: (line: string) => void, signal?: AbortSignal): Promise<void> {
  await Promise.all(
    workloads.map(async (workload) => {
      const argv = ['rollout', 'status', '--namespace', namespace, workload, `--timeout=${limitSeconds}s`]
      const { code, stdout, stderr } = await lab.kubectl(argv, { limitMs: (limitSeconds + 10) * 1000, signal })
      if (code !== 0) throw new Error(`waited ${limitSeconds} s for ${workload}: ${stderr || stdout}\n${await reasons(lab)}`)
      progress(`${workload}: rolled out`)
    }),
  )
}

/** Why a roll-out hangs: the pods, what happened to them, and what they wrote last. */
async function reasons(lab: Lab): Promise<string> {
  const outputs = await Promise.all([
    lab.kubectl(['get', 'pods', '--namespace', namespace, '--output', 'wide']),
    lab.kubectl(['get', 'events', '--namespace', namespace, '--sort-by=.lastTimestamp', '--field-selector', 'type=Warning']),
    lab.kubectl([
      'logs',
      '--namespace',
      namespace,
      '--selector',
      'app.kubernetes.io/name=metallb',
      '--tail=5',
      '--prefix',
      '--ignore-errors',
    ]),
  ])
  return outputs.map(({ stdout, stderr }) => (stdout || stderr).split('\n').slice(-20).join('\n')).join('\n')
}

async function must(lab: Lab, argv: readonly string[], signal?: AbortSignal): Promise<string> {
  const { code, stdout, stderr } = await lab.kubectl(argv, { signal })
  if (code !== 0) throw new Error(`kubectl ${argv.join(' ')} ended with ${code}: ${stderr || stdout}`)
  return stdout
}
