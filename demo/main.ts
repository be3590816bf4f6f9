// `npm run demo`: sets up what is missing, starts a cluster, tells the story of chapters.ts and checks each step. `--keep` leaves the cluster up.
import { dirname } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { buildImages } from '../images/build.ts'
import { buildLabImages } from '../images/lab.ts'
import { Interruption, untilInterrupted } from '../test/lab/interruption.ts'
import { type Lab, upLab } from '../test/lab/lab.ts'
import { sweep } from '../test/lab/sweep.ts'
import { setup } from '../tools/setup.ts'
import { chapters } from './chapters.ts'
import { narrate, UnexpectedError } from './narrator.ts'
import { connectLab, type Measurements } from './stage.ts'

const out = (line: string): void => void process.stdout.write(`${line}\n`)

function readFlags(): { readonly keep: boolean } {
  const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } })
  return values
}

function showMeasurements(measurements: Measurements): void {
  out('\nMeasured on this machine, one run:')
  const width = Math.max(...[...measurements.keys()].map((name) => name.length))
  for (const [name, ms] of measurements) out(`   ${name.padEnd(width)}  ${ms < 100 ? ms.toFixed(1) : ms.toFixed(0)} ms`)
}

async function tell(lab: Lab): Promise<void> {
  const measurements: Measurements = new Map()
  const stage = { lab, kube: connectLab(lab), narrator: narrate(out), measurements }
  for (const [index, chapter] of chapters.entries()) {
    stage.narrator.chapter(index + 1, chapter.title)
    await chapter.tell(stage)
  }
  showMeasurements(measurements)
}

async function main(): Promise<void> {
  const { keep } = readFlags()
  const started = performance.now()
  await sweep()
  const toolchain = await setup(out)
  out('Building our images (half a minute the first time) …')
  const images = await buildImages(toolchain.cache, out)
  const labImages = await buildLabImages(toolchain.cache, out)
  out('Starting a three-node Kubernetes with our images (about half a minute) …')
  const signal = untilInterrupted()
  const lab = await upLab({ name: `demo-${process.pid}`, keep, signal }, toolchain, { images, labImages }, out)
  const interrupted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Interruption), { once: true })
  })
  try {
    await Promise.race([tell(lab), interrupted])
  } finally {
    if (keep && !signal.aborted) {
      const tools = dirname(toolchain.binaries.kubectl)
      out(`\nThe cluster stays up (kubectl is in the folder that the second line adds):\n   export KUBECONFIG=${lab.kubeconfig}`)
      out(`   export PATH=$PATH:${tools}\nEnd it with:\n   npm run lab -- down --name ${lab.name}`)
    } else {
      await lab.down()
    }
  }
  out(`\nThe story went as told, in ${((performance.now() - started) / 1000).toFixed(0)} s.`)
}

try {
  await main()
} catch (error) {
  const message =
    error instanceof UnexpectedError || error instanceof Interruption
      ? `The story stopped: ${error.message}`
      : String(error instanceof Error ? error.stack : error)
  process.stderr.write(`\n${message}\n`)
  // Not exitCode: an interrupted step may still wait for something.
  process.exit(error instanceof Interruption ? error.code : 1)
}
