// How long a lab takes: from nothing to Ready nodes, from there to Ready pods of the product, and back to nothing.
import process from 'node:process'
import { upLab } from '../../test/lab/lab.ts'
import type { Bench, Benchmark } from '../benchmark.ts'
import { figure } from '../figure.ts'
import { type Materials, prepare } from '../shared-lab.ts'

const ownRuns = 3

interface Run {
  readonly nodesReadyS: number
  readonly podsReadyS: number
  readonly downS: number
}

async function runOnce({ progress, signal }: Bench, { toolchain, images }: Materials, name: string): Promise<Run> {
  const startedAt = performance.now()
  let nodesReadyAt: number | undefined
  const listen = (line: string): void => {
    progress(line)
    // The last node that says so counts.
    if (/^n\d+: Ready$/.test(line)) nodesReadyAt = performance.now()
  }
  const lab = await upLab({ name, signal }, toolchain, images, listen)
  const podsReadyAt = performance.now()
  await lab.down()
  if (nodesReadyAt === undefined) throw new Error('the lab did not say when its nodes were Ready')
  return {
    nodesReadyS: (nodesReadyAt - startedAt) / 1000,
    podsReadyS: (podsReadyAt - nodesReadyAt) / 1000,
    downS: (performance.now() - podsReadyAt) / 1000,
  }
}

async function run(bench: Bench): Promise<void> {
  const materials = await prepare(bench.progress)
  const runs: Run[] = []
  for (let index = 0; index < (bench.runs ?? ownRuns); index += 1) {
    bench.signal.throwIfAborted()
    runs.push(await runOnce(bench, materials, `bench-${process.pid}-${index + 1}`))
  }
  const reportOne = (name: string, key: keyof Run, limit: number): void =>
    bench.report(figure({ name, unit: 's', samples: runs.map((one) => one[key]), aim: { type: 'atMost', limit } }))
  reportOne('lab-nodes-ready', 'nodesReadyS', 15)
  reportOne('lab-pods-ready', 'podsReadyS', 15)
  reportOne('lab-down', 'downS', 6)
}

export const labDurations: Benchmark = {
  name: 'lab',
  about: 'a three-node cluster from nothing: nodes Ready, pods Ready, all gone again',
  run,
}
