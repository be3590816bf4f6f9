// The replicas of the controller: their processes, their lease, and what it takes until a new one or the other one serves a Service.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lease } from '../../core/objects.ts'
import { resources } from '../../kube/client.ts'
import { createLogger } from '../../kube/logger.ts'
import { Reflector } from '../../kube/reflector.ts'
import type { Lab } from '../../test/lab/lab.ts'
import { until } from '../../test/lab/wait.ts'
import { monotonicMs } from '../clock.ts'
import { mustKubectl } from '../shared-lab.ts'
import type { Stage } from './stage.ts'

const namespace = 'metallb-system'
const leaseName = 'metallb-controller'
/** Of /proc/PID/stat: the kernel counts in hundredths of a second for programs, whatever it does itself. */
const tickMs = 10
/** A lease lasts 15 s, and who takes it looks every 2 s. */
const takeOverMs = 40_000

interface Replica {
  readonly node: string
  readonly pid: number
  readonly pod: string
  /** Since the boot. */
  readonly startedMs: number
}

/** One line per process of the controller: PID, Pod, start. */
const script = `for folder in /proc/[0-9]*; do
  line=$(tr '\\0' ' ' 2>/dev/null <"$folder/cmdline") || continue
  case $line in
    /usr/bin/node*controller.mjs*) echo "\${folder#/proc/} $(tr '\\0' '\\n' <"$folder/environ" | sed -n 's/^METALLB_POD_NAME=//p') $(sed 's/.*) //' "$folder/stat" | cut -d' ' -f20)";;
  esac
done
true`

async function replicasOf(lab: Lab): Promise<readonly Replica[]> {
  const lists = await Promise.all(
    lab.nodes.map(async ({ name: node }) => {
      const { stdout } = await lab.exec(node, ['sh', '-c', script])
      return stdout.split('\n').flatMap((line) => {
        const [pid, pod = '', ticks] = line.split(' ')
        return pid === undefined || ticks === undefined ? [] : { node, pid: Number(pid), pod, startedMs: Number(ticks) * tickMs }
      })
    }),
  )
  return lists.flat()
}

/** From the start of the first new process to the address of a Service that waited for it, seconds. Before, there was none. */
export async function restart({ bench, lab, lone, watch }: Stage): Promise<number> {
  const scale = (count: number) => mustKubectl(lab, ['scale', 'deployment/controller', '-n', namespace, `--replicas=${count}`])
  await scale(0)
  await until('the controller to be gone', async () => ((await replicasOf(lab)).length === 0 ? true : undefined), {
    limitMs: 60_000,
    signal: bench.signal,
  })
  const { name } = await lone.create()
  await scale(2)
  const { atMs } = await watch.address(name)
  const started = (await replicasOf(lab)).map(({ startedMs }) => startedMs)
  await mustKubectl(lab, ['rollout', 'status', 'deployment/controller', '-n', namespace, '--timeout=60s'])
  await lone.remove(name)
  return (atMs - Math.min(...started)) / 1000
}

/** The leader stands still; from when a watch shows the lease in the other's name to the address of a Service that waited for it, milliseconds. */
export async function takeOver({ bench, kube, lab, lone, watch }: Stage): Promise<number> {
  const log = createLogger({ component: 'bench', level: 'none' })
  const fieldSelector = `metadata.name=${leaseName}`
  const leases = new Reflector<Lease>({ client: kube, resource: resources.leases, namespace, fieldSelector, log })
  const holders: { readonly name: string; readonly atMs: number }[] = []
  leases.store.subscribe(({ object }) => {
    const { holderIdentity: name = '' } = object.spec ?? {}
    if (holders.at(-1)?.name !== name) holders.push({ name, atMs: monotonicMs() })
  })
  leases.start()
  await leases.whenSynced()
  const leader = (await replicasOf(lab)).find(({ pod }) => pod === holders.at(-1)?.name)
  if (leader === undefined) throw new Error(`no process of the leader "${holders.at(-1)?.name ?? ''}" found`)
  const signal = (name: string) => lab.exec(leader.node, ['kill', `-${name}`, String(leader.pid)])
  await signal('STOP')
  try {
    const { name } = await lone.create()
    const next = await until(
      'the other replica to lead',
      () => holders.find((holder) => holder.name !== leader.pod && holder.name !== ''),
      {
        limitMs: takeOverMs,
        everyMs: 5,
        signal: bench.signal,
      },
    )
    const { atMs } = await watch.address(name)
    await lone.remove(name)
    return atMs - next.atMs
  } finally {
    await signal('CONT')
    await leases.stop()
    // It hears that it leads no more.
    await sleep(3000)
  }
}
