// A lab of one node that has everything of the product but running programs: tests run the controllers themselves.
import process from 'node:process'
import { parseAllDocuments } from 'yaml'
import { connectLab } from '../../demo/stage.ts'
import { buildLabImages } from '../../images/lab.ts'
import type { KubeClient } from '../../kube/client.ts'
import { setup } from '../../tools/setup.ts'
import { type Lab, upLab } from '../lab/lab.ts'
import { must } from './installed.ts'
import { overlay } from './product-lab.ts'

export interface ControllerLab {
  readonly lab: Lab
  readonly kube: KubeClient
}

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec?: object
}

const silent = (): void => undefined
const programs = ['DaemonSet', 'Deployment', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']

let started: Promise<ControllerLab> | undefined

/** One for all files that ask. The Deployment of the controller is there, with no Pod. */
export function controllerLab(): Promise<ControllerLab> {
  started ??= start()
  return started
}

after('ends the lab of the controllers', async () => {
  await started?.then(
    ({ lab }) => lab.down(),
    () => undefined,
  )
})

async function start(): Promise<ControllerLab> {
  const toolchain = await setup(silent)
  const labImages = await buildLabImages(toolchain.cache, silent)
  const lab = await upLab({ name: `controllers-${process.pid}`, nodes: 1, bare: true, routers: [] }, toolchain, { labImages })
  const manifests = parseAllDocuments(await must(lab, ['kustomize', overlay])).map((document) => document.toJS() as Manifest)
  const objects = manifests.flatMap((manifest) => {
    const { kind, metadata, spec } = manifest
    if (kind === 'Deployment' && metadata.name === 'controller') return [{ ...manifest, spec: { ...spec, replicas: 0 } }]
    return programs.includes(kind) ? [] : [manifest]
  })
  try {
    await must(lab, ['apply', '--server-side', '--validate=false', '-f', '-'], objects)
  } catch (error) {
    await lab.down()
    throw error
  }
  return { lab, kube: connectLab(lab) }
}
