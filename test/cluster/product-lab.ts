// One three-node lab with our product on it, shared by the tests that need one: started by the first, ended after the last.
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { connectLab } from '../../demo/stage.ts'
import { buildImages } from '../../images/build.ts'
import { buildLabImages } from '../../images/lab.ts'
import type { KubeClient } from '../../kube/client.ts'
import { setup } from '../../tools/setup.ts'
import { type Lab, upLab } from '../lab/lab.ts'

/** The kustomization that the lab installs. */
export const overlay = fileURLToPath(new URL('../../manifests/lab', import.meta.url))

export interface ProductLab {
  readonly lab: Lab
  readonly kube: KubeClient
}

const silent = (): void => undefined

let started: Promise<ProductLab> | undefined

async function start(): Promise<ProductLab> {
  const toolchain = await setup(silent)
  const images = await buildImages(toolchain.cache, silent)
  const labImages = await buildLabImages(toolchain.cache, silent)
  const lab = await upLab({ name: `test-${process.pid}` }, toolchain, { images, labImages })
  return { lab, kube: connectLab(lab) }
}

export function productLab(): Promise<ProductLab> {
  started ??= start()
  return started
}

after('ends the shared lab', async () => {
  if (started !== undefined) await (await started).lab.down()
})
