// What the programs take of a node's memory, read from /proc of the node while they run in their pods.
import { setTimeout as sleep } from 'node:timers/promises'
import { binaries } from '../../images/bundle.ts'
import { type KubeClient, resources } from '../../kube/client.ts'
import type { Lab } from '../../test/lab/lab.ts'
import { until } from '../../test/lab/wait.ts'
import type { Bench, Benchmark } from '../benchmark.ts'
import { figure, type Peer } from '../figure.ts'
import { mustKubectl, webService } from '../shared-lab.ts'
import { type ProcessMemory, parseProcesses } from './process-memory.ts'

const limits = { webhook: 80, controller: 80, speaker: 110 } as const
const services = 20
const idleMs = 10_000
/** What the bare program runs: nothing, for ever. */
const bareScript = 'setInterval(Boolean,1e9)'
const barePod = 'bench-bare'

/**
 * One block per process whose command line holds the word: the line `process COMMAND LINE`, then what /proc says of its memory. smaps_rollup of one
 * that ends meanwhile is not there.
 */
const script = `for folder in /proc/[0-9]*; do
  line=$(tr '\\0' ' ' 2>/dev/null <"$folder/cmdline") || continue
  case $line in /usr/bin/node*) echo "process $line"; cat "$folder/status" "$folder/smaps_rollup" 2>/dev/null;; esac
done
true`

export async function processesOf(lab: Lab): Promise<readonly ProcessMemory[]> {
  const outputs = await Promise.all(
    lab.nodes.map(async ({ name }) => {
      const { code, stdout, stderr } = await lab.exec(name, ['sh', '-c', script])
      if (code !== 0) throw new Error(`/proc of ${name} cannot be read: ${stderr}`)
      return stdout
    }),
  )
  return outputs.flatMap(parseProcesses)
}

const nameOf = (index: number): string => `memory-${index}`

/** Services with addresses, as many as the pool has but one. */
async function load(kube: KubeClient, lab: Lab): Promise<void> {
  for (let index = 0; index < services; index += 1) await kube.create(resources.services, webService(nameOf(index)))
  await mustKubectl(lab, [
    'wait',
    ...Array.from({ length: services }, (_, index) => `service/${nameOf(index)}`),
    '--for=jsonpath={.status.loadBalancer.ingress}',
    '--timeout=60s',
  ])
}

/** The same Node in the same image with nothing to do. */
async function startBare(lab: Lab): Promise<void> {
  const overrides = {
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: barePod,
          image: 'localhost/metallb/controller:dev',
          imagePullPolicy: 'Never',
          command: ['/usr/bin/node', '-e', bareScript],
        },
      ],
    },
  }
  const image = '--image=localhost/metallb/controller:dev'
  await mustKubectl(lab, ['run', barePod, image, '--restart=Never', `--overrides=${JSON.stringify(overrides)}`])
  await mustKubectl(lab, ['wait', `pod/${barePod}`, '--for=condition=Ready', '--timeout=60s'])
}

async function unload(kube: KubeClient, lab: Lab): Promise<void> {
  await mustKubectl(lab, ['delete', 'pod', barePod, '--ignore-not-found', '--grace-period=0', '--force'])
  for (let index = 0; index < services; index += 1) {
    await kube.remove(resources.services, nameOf(index), { namespace: 'default' }).catch(() => undefined)
  }
}

function reportAll({ report }: Bench, processes: readonly ProcessMemory[]): void {
  const withWord = (word: string): readonly ProcessMemory[] => processes.filter(({ command }) => command.includes(word))
  const bare = withWord(bareScript)
  const peer = (samples: readonly number[]): Peer => ({ name: 'node, empty script', samples })
  for (const binary of binaries) {
    const found = withWord(`/app/${binary}.`)
    if (found.length === 0) throw new Error(`no process of the ${binary} found on any node`)
    const rss = found.map((process) => process.rssMb)
    const pss = found.map((process) => process.pssMb)
    const aim = { type: 'eachAtMost', limit: limits[binary] } as const
    report(figure({ name: `memory-${binary}`, unit: 'MB', samples: rss, aim, peer: peer(bare.map((process) => process.rssMb)) }))
    report(figure({ name: `memory-${binary}-pss`, unit: 'MB', samples: pss, peer: peer(bare.map((process) => process.pssMb)) }))
  }
}

async function run(bench: Bench): Promise<void> {
  const { lab, kube } = await bench.lab.get()
  try {
    await load(kube, lab)
    await startBare(lab)
    bench.progress(`memory: ${services} Services have addresses; ${idleMs / 1000} s of rest`)
    await sleep(idleMs, undefined, { signal: bench.signal })
    reportAll(bench, await processesOf(lab))
  } finally {
    await unload(kube, lab)
    // Who measures next starts from an empty pool.
    await until('the Services to be gone', async () => isEmpty(kube), { limitMs: 20_000 })
  }
}

async function isEmpty(kube: KubeClient): Promise<true | undefined> {
  const { items } = await kube.list<{ readonly metadata: { readonly name?: string } }>(resources.services, { namespace: 'default' })
  return items.some(({ metadata }) => metadata.name?.startsWith('memory-') === true) ? undefined : true
}

export const memory: Benchmark = {
  name: 'memory',
  about: 'resident memory of webhook, controller and speaker in their pods, with twenty Services',
  run,
}
